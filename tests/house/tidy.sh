#!/usr/bin/env bash
# .clang-tidy over the core: protocol, crypto, store. Exit 77: the tool is not here (only where CI does not ask for it).
#   tidy.sh BUILD_FOLDER [ROOM…]      the folder with compile_commands.json
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
shift
[[ $# -gt 0 ]] || set -- protocol crypto store

if ! command -v clang-tidy >/dev/null; then
  echo "tidy: skipped, clang-tidy is not installed (ops/setup installs it)"
  [[ ${CI:-} == true ]] && exit 1
  exit 77
fi
[[ -f $build/compile_commands.json ]] || { echo "tidy: no $build/compile_commands.json" >&2; exit 1; }
mapfile -t files < <(find "$@" -name '*.cc' | sort)
[[ ${#files[@]} -gt 0 ]] || { echo "tidy: no files in $*" >&2; exit 1; }

# A file is linted once for each command that compiles it: the rooms with the deliberate bugs are the same files again.
commands=$(mktemp -d)
trap 'rm -rf "$commands"' EXIT
awk '/^\{/ { one = "" } { one = one $0 "\n" }
     /^\}/ && one !~ /-DREDRESS_MUTANTS=1/ { sub(/\},?\n$/, "}", one); printf "%s%s", (count++ ? ",\n" : "[\n"), one }
     END { print "\n]" }' "$build/compile_commands.json" >"$commands/compile_commands.json"
grep -q '"file"' "$commands/compile_commands.json" || { echo "tidy: no commands in $build" >&2; exit 1; }

# Our own headers too, but not what flatc wrote under the build folder.
ours="^$PWD/(protocol|crypto|store|ops|branch-agent|gateway)/"
printf '%s\0' "${files[@]}" |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy --quiet -p "$commands" --header-filter="$ours"
echo "tidy: ${#files[@]} files are clean"
