#!/usr/bin/env bash
# Does what a README says: runs its marked blocks in order, in one shell, and holds it to what it promises.
#
#   readme.sh [README [FOLDER]]     FOLDER: of the programs, build/release/bin if not given
#
# In the README, right above a bash block:
#   <!-- run -->              run it; it must succeed
#   <!-- expect: regex -->    … and a line of what it prints must match (as often as needed)
#   <!-- until: regex -->     run it again and again, for some 30 s at most, until a line matches
set -euo pipefail
cd "$(dirname "$0")/../.."

readme=${1:-README.md}
programs=$(realpath "${2:-build/release/bin}")
export PATH=$programs:$PATH
[[ -f $readme && -x $programs/redress-ops ]] || { echo "readme: needs $readme and $programs/redress-ops" >&2; exit 1; }
unset REDRESS_HOME
blocks_min=15
attempts_max=300

HOME_DIR=$(mktemp -d -t redress-readme.XXXXXXXX)
out=$HOME_DIR/out
block=
number=0

at_end() {
  local status=$? pid pids
  mapfile -t pids < <(jobs -p)
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  if [[ $status -ne 0 ]]; then
    printf 'readme: %s: block %d failed:\n%s\n--- it printed:\n' "$readme" "$number" "$block" >&2
    cat "$out" "$HOME_DIR"/*.log >&2 2>/dev/null || true
  fi
  rm -rf -- "$HOME_DIR"
}
trap at_end EXIT

# Nobody ever writes to this, so that reading from it waits exactly as long as it is told.
mkfifo "$HOME_DIR/silence"
exec 9<>"$HOME_DIR/silence"
pause() { read -r -t "$1" -u 9 || true; }

# A port that is free, found by letting a gateway pick one, so that a restarted gateway is found where it was.
free_link() {
  local home=$HOME_DIR/scout pid i
  redress-ops init --role gateway --home "$home" --listen 'tcp://127.0.0.1:*' --door 127.0.0.1:0 >"$out" 2>&1
  redress-gateway --home "$home" 2>>"$out" &
  pid=$!
  for ((i = 0; i < attempts_max; ++i)); do
    [[ -s $home/link.endpoint ]] && break
    pause 0.1
  done
  # shellcheck disable=SC2034
  LINK=$(<"$home/link.endpoint")
  kill "$pid"
  wait "$pid"
}

matches() { grep -qE -- "$1" "$out"; }

run_block() {
  local until=$1 i status regex
  shift
  if [[ -z $until ]]; then
    eval "$block" >"$out" 2>&1
  else
    for ((i = 0; i < attempts_max; ++i)); do
      set +e
      (set -e; eval "$block") >"$out" 2>&1
      status=$?
      set -e
      [[ $status -eq 0 ]] && matches "$until" && break
      pause 0.1
    done
    matches "$until" || { echo "readme: never printed: $until" >&2; return 1; }
  fi
  for regex in "$@"; do
    matches "$regex" || { echo "readme: did not print: $regex" >&2; return 1; }
  done
}

free_link
mapfile -t lines <"$readme"
marked=false inside=false until='' expects=()
for line in "${lines[@]}"; do
  if $inside; then
    if [[ $line == '```' ]]; then
      number=$((number + 1))
      run_block "$until" "${expects[@]}"
      marked=false inside=false until='' expects=()
    else
      block+=$line$'\n'
    fi
  elif [[ $line == '<!-- run -->' ]]; then
    marked=true
  elif $marked && [[ $line =~ ^'<!-- expect: '(.*)' -->'$ ]]; then
    expects+=("${BASH_REMATCH[1]}")
  elif $marked && [[ $line =~ ^'<!-- until: '(.*)' -->'$ ]]; then
    until=${BASH_REMATCH[1]}
  elif $marked && [[ $line == '```bash' ]]; then
    inside=true block=
  elif $marked; then
    echo "readme: a mark without a block under it: $line" >&2
    exit 1
  fi
done
[[ $number -ge $blocks_min ]] || { echo "readme: only $number blocks ran" >&2; exit 1; }
echo "readme: $readme: $number blocks did what they say"
