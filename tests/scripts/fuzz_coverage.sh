#!/usr/bin/env bash
# Measures how many of its door's branches each fuzz target's kept corpus takes; fails if one takes less than 90 %.
# Needs clang, its runtime and llvm-cov: apt-get install clang llvm libclang-rt-14-dev (Debian 12).
#
#   fuzz_coverage.sh [--misses] [TARGET…]     TARGET: a door's, as doors.txt names it; all if none is given
#
# tests/fuzz/doors.txt says which files are whose door. A branch is one way of one condition, as clang counts them: each
# condition has two, whether it decides an if, a loop or a part of && and ||. --misses shows those not taken.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly doors=tests/fuzz/doors.txt least=90 folder=build/coverage/fuzz
misses=0
if [[ ${1:-} == --misses ]]; then misses=1; shift; fi
for tool in clang++ llvm-profdata llvm-cov; do
  command -v "$tool" >/dev/null || { echo "fuzz_coverage: needs $tool (apt-get install clang llvm libclang-rt-14-dev)" >&2; exit 1; }
done
targets=("$@")
if [[ ${#targets[@]} -eq 0 ]]; then
  read -ra targets <<<"$(sed -nE 's/^door ([^ ]+) .*/\1/p' "$doors" | tr '\n' ' ')"
fi
read -ra fuzzers <<<"$(printf '%s\n' "${targets[@]}" | tr '+' '\n' | sort -u | tr '\n' ' ')"

cmake --preset coverage >/dev/null
cmake --build --preset coverage --target "${fuzzers[@]/#/fuzz_}" >"$folder.log" || { tail -n 40 "$folder.log" >&2; exit 1; }
for fuzzer in "${fuzzers[@]}"; do
  program=$folder/fuzz_$fuzzer
  LLVM_PROFILE_FILE=$program.profraw "$program" "tests/fuzz/corpus/$fuzzer" >"$program.log" 2>&1 ||
    { tail -n 5 "$program.log" >&2; exit 1; }
done

# Prints "TARGET: N of M branches, P %" and what is wrong; fails below the bar, or if doors.txt is not true any more.
judge() {
  awk -v target="$1" -v list="${*:2}" -v least=$least -v misses=$misses -v doors=$doors '
    function trim(text) { sub(/^ +/, "", text); sub(/ +$/, "", text); return text }
    # The lines of a source: which are assertions, and which doors.txt takes out.
    function read_source(file,    number, line, inside, i) {
      number = 0; inside = 0
      while ((getline line < file) > 0) {
        source[file, ++number] = line
        if (line ~ /REDRESS_ASSERT\(/) inside = 1
        if (inside) skipped[file, number] = 1
        if (line ~ /\);/) inside = 0
        for (i = 1; i <= nevers; ++i) {
          if (never_file[i] != file || index(line, never_piece[i]) == 0) continue
          never_found[i] = 1; never_of[file, number] = i
        }
      }
      close(file)
    }
    BEGIN {
      FS = "[:,]"
      while ((getline line < doors) > 0) {
        if (line !~ /^never /) continue
        split(substr(line, 7), part, "|")
        never_file[++nevers] = trim(part[1]); never_piece[nevers] = trim(part[2])
      }
      close(doors)
    }
    # Names come as the compiler was called: from the folder of the build, or whole.
    /^SF:/ {
      file = substr($0, 4); sub(/^.*\/\.\.\//, "", file); sub("^" ENVIRON["PWD"] "/", "", file)
      counted = index(" " list " ", " " file " ") > 0
      if (counted) { read_source(file); files[file] = 1 }
    }
    /^BRDA:/ && counted {
      line = $2 + 0; taken = $5 != "-" && $5 + 0 > 0
      if ((file, line) in skipped) next
      if ((file, line) in never_of) { never_missed[never_of[file, line]] += !taken; next }
      ++all; hit += taken
      if (!taken && misses) printf "  %s:%d: %s of condition %d is not taken: %s\n", file, line, ($4 % 2 == 0 ? "true" : "false"), $3 + 1, trim(source[file, line])
    }
    END {
      bad = 0
      for (i = 1; i <= nevers; ++i) {
        if (!(never_file[i] in files)) continue
        if (!(i in never_found)) { printf "fuzz_coverage: %s: no line with: %s | %s\n", doors, never_file[i], never_piece[i]; bad = 1 }
        else if (never_missed[i] == 0) { printf "fuzz_coverage: %s: taken after all: %s | %s\n", doors, never_file[i], never_piece[i]; bad = 1 }
      }
      if (all == 0) { printf "fuzz_coverage: %s: no branches found\n", target; exit 1 }
      percent = 100 * hit / all
      printf "%-32s %4d of %4d branches, %5.1f %%%s\n", target ":", hit, all, percent, (percent < least ? "  below " least " %" : "")
      exit bad || percent < least
    }'
}

failed=0
for target in "${targets[@]}"; do
  read -ra files <<<"$(sed -nE "s/^door ${target/+/\\+} +//p" "$doors")"
  [[ ${#files[@]} -gt 0 ]] || { echo "fuzz_coverage: $doors names no door for $target" >&2; exit 2; }
  IFS=+ read -ra together <<<"$target"
  programs=("${together[@]/#/$folder/fuzz_}")
  program=$folder/fuzz_$target
  llvm-profdata merge -sparse "${programs[@]/%/.profraw}" -o "$program.profdata"
  llvm-cov export "${programs[0]}" "${programs[@]/#/-object=}" -format=lcov -instr-profile="$program.profdata" >"$program.lcov" 2>"$program.log"
  judge "$target" "${files[@]}" <"$program.lcov" || failed=1
done
exit $failed
