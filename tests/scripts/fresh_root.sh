#!/usr/bin/env bash
# Proves that ops/setup installs all that is needed: builds this tree in a bare Debian 12, in a folder that is
# removed afterwards. Needs root, debootstrap and this machine's package mirrors.
#
#   fresh_root.sh [--test]     --test: run ops/test there too
# shellcheck disable=SC2016  # the dollars in single quotes are for apt and for the inner shell
set -euo pipefail
cd "$(dirname "$0")/../.."

release=bookworm
[[ $EUID -eq 0 ]] || { echo "fresh_root: needs root" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "fresh_root: needs debootstrap" >&2; exit 1; }

# The mirrors that this machine uses for Debian itself: "uri release component" a line.
sources=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
  grep -E "^[^ ]+/debian(-security)?/? $release(-updates|-security)? main$" | sort -u)
mirror=$(awk -v release="$release" '$2 == release { print $1; exit }' <<<"$sources")
[[ -n $mirror ]] || { echo "fresh_root: no mirror of $release in this machine's apt sources" >&2; exit 1; }

root=$(mktemp -d -t redress-root.XXXXXXXX)
# Mounts are made in a namespace of their own and end with it, so that this removes plain files only.
trap 'rm -rf --one-file-system -- "$root" "$root.log"' EXIT
chmod 755 "$root"

more=()
[[ $mirror == https:* ]] && more=(--include=ca-certificates)
echo "fresh_root: making a bare $release"
debootstrap --variant=minbase "${more[@]}" "$release" "$root" "$mirror" >"$root.log" 2>&1 ||
  { tail -n 20 "$root.log" >&2; exit 1; }
awk '{ print "deb", $0 }' <<<"$sources" >"$root/etc/apt/sources.list"

mkdir "$root/src"
git ls-files -z --cached --others --exclude-standard |
  tar --null --files-from=- --ignore-failed-read --create |
  tar --directory "$root/src" --extract --no-same-owner

# Runs a command in the bare root: own processes and mounts, none of this machine's environment but the proxies.
inside() {
  local keep=() name
  for name in http_proxy https_proxy no_proxy; do
    [[ -n ${!name:-} ]] && keep+=("$name=${!name}")
  done
  unshare --mount --pid --fork --kill-child bash -euc '
    root=$1; shift
    mount -t proc proc "$root/proc"
    exec chroot "$root" "$@"
  ' inside "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp \
    "${keep[@]}" "$@"
}

echo "fresh_root: ops/setup"
SECONDS=0
inside bash /src/ops/setup
echo "fresh_root: ops/setup took $SECONDS s"

began=$(date +%s%3N)
inside bash /src/ops/setup
took=$(($(date +%s%3N) - began))
echo "fresh_root: ops/setup again, with nothing to do, took $took ms"

if [[ ${1:-} == --test ]]; then
  echo "fresh_root: ops/test"
  inside bash /src/ops/test
fi
echo "fresh_root: good"
