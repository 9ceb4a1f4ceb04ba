#!/usr/bin/env bash
# Fuzzes every door where outside bytes become values, one after the other; stops at the first finding and says how to
# see it again. Needs clang and its runtime (libclang-rt-14-dev on Debian 12).
#
#   fuzz.sh [SECONDS] [TARGET…]     SECONDS for each target, 60 if not given; TARGET: all if none is given
#   fuzz.sh --runs N [TARGET…]      N inputs for each target, however long that takes: 49 of 50 short, so that there are
#                                   many; the rest as long as the target's own
#
# Starts from tests/fuzz/corpus/TARGET and leaves it as it is; what a run learned stays in build/fuzz/fuzz/found/TARGET
# and is where the next run begins. A finding is to be fixed, and its file kept in the corpus. What this prints can be
# added to the counts of all campaigns: tests/campaign --count FILE.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly short=128 short_dialogue=64  # bytes; an act of a dialogue takes two to six
runs=
if [[ ${1:-} == --runs ]]; then
  runs=${2:-}
  [[ $runs =~ ^[1-9][0-9]*$ ]] || { echo "fuzz: N is a number from 1: $runs" >&2; exit 2; }
  shift 2
else
  seconds=${1:-60}
  shift $(($# > 0 ? 1 : 0))
  [[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "fuzz: SECONDS is a number from 1: $seconds" >&2; exit 2; }
fi
command -v clang++ >/dev/null || { echo "fuzz: needs clang++" >&2; exit 1; }
targets=("$@")
if [[ ${#targets[@]} -eq 0 ]]; then
  for corpus in tests/fuzz/corpus/*/; do targets+=("$(basename "$corpus")"); done
fi

cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target "${targets[@]/#/fuzz_}"

export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
# What is freed is kept back longer than a short input lasts, but not in so much memory that all of it is cold; allocations
# are told by their last two callers. A finding's stacks are whole where it is seen again, without these.
export ASAN_OPTIONS=quarantine_size_mb=4:thread_local_quarantine_size_kb=64:malloc_context_size=2:${ASAN_OPTIONS:-}
common=(-rss_limit_mb=2048 -reload=0 -print_funcs=0 -print_final_stats=1)
found=build/fuzz/fuzz/found

# fuzz TARGET OPTION…: one run of libFuzzer, which ends this script if it finds something; adds to `inputs`.
fuzz() {
  local target=$1 program=build/fuzz/fuzz/fuzz_$1 log=$found/$1.log input
  local options=()
  shift
  [[ ! -r tests/fuzz/words/$target ]] || options+=(-dict="tests/fuzz/words/$target")
  # A dialogue shows thousands of features: counting how rare each is takes longer than the dialogue.
  [[ $target != *_dialogue ]] || options+=(-entropic=0)
  if ! "$program" "$@" "${options[@]}" "${common[@]}" \
      -artifact_prefix="$found/$target-" "$found/$target" "tests/fuzz/corpus/$target" >"$log" 2>&1; then
    grep -vE '^#[0-9]+[[:space:]]+(NEW|REDUCE|pulse|RELOAD|INITED|READ)' "$log" | tail -n 60 >&2
    input=$(sed -nE 's/.*Test unit written to (.*)$/\1/p' "$log" | tail -n 1)
    echo "fuzz: $target found something. Again: UBSAN_OPTIONS=$UBSAN_OPTIONS $program ${input:-(see $log)}" >&2
    echo "fuzz: once fixed, keep it: cp ${input:-INPUT} tests/fuzz/corpus/$target/" >&2
    exit 1
  fi
  inputs=$((inputs + $(sed -nE 's/^stat::number_of_executed_units: *//p' "$log")))
}

for target in "${targets[@]}"; do
  [[ -x build/fuzz/fuzz/fuzz_$target ]] || { echo "fuzz: no target $target" >&2; exit 2; }
  mkdir -p "$found/$target"
  began=$SECONDS
  inputs=0
  if [[ -n $runs ]]; then
    # It goes beside other work, which may hold it up for minutes: an input is given half an hour.
    length=$short
    [[ $target != *_dialogue ]] || length=$short_dialogue
    fuzz "$target" -runs=$((runs * 49 / 50)) -max_len="$length" -timeout=1800
    # A corpus is read whole, however many inputs were asked for; none left would be without end to libFuzzer.
    if ((inputs < runs)); then fuzz "$target" -runs=$((runs - inputs)) -timeout=1800; fi
  else
    fuzz "$target" -max_total_time="$seconds" -timeout=10
  fi
  took=$((SECONDS - began))
  echo "fuzz: $target: $inputs inputs in $took s, $((inputs / (took + 1))) a second, no finding"
done
