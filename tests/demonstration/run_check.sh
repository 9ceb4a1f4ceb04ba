#!/usr/bin/env bash
# run_check.sh PROGRAM CHANGED ARGUMENTS…: `PROGRAM --check ARGUMENTS` must end, on both streams together, with one JSON
# object that is as in a clean run but for CHANGED ("none", or a key that must be 1), and with the exit status that
# belongs to it.
set -uo pipefail
program=$1
changed=$2
shift 2

output=$("$program" --check "$@" 2>&1)
status=$?
echo "$output"
last=${output##*$'\n'}
field() { sed -nE "s/^\{.*\"$1\":([0-9.]+)[,}].*$/\1/p" <<<"$last"; }
wrong() {
  echo "run_check: $1"
  exit 1
}

# What is planted behind a program's back, `verify` may name too.
unplanted=(missing duplicated altered dispositions_elsewhere)
[[ $changed == none ]] && unplanted+=(verify_errors)
for key in "${unplanted[@]}"; do
  wanted=0
  [[ $key == "$changed" ]] && wanted=1
  [[ $(field $key) == "$wanted" ]] || wrong "$key is not $wanted"
done
held=$(field registered)
[[ $changed == missing ]] && held=$((held - 1))
[[ $(field registered) -gt 0 && $(field at_gateway) -eq $held ]] || wrong "at_gateway is not $held"
[[ $(field dispositions_issued) -gt 0 && $(field dispositions_at_branch) -eq $(field dispositions_issued) ]] || wrong "dispositions"
[[ $(field crashes) -ge 2 && $(field lag_entries_max) -gt 0 ]] || wrong "the run was not hard enough"
[[ $(field partition_s) != 0.0 && -n $(field drain_s) ]] || wrong "partition_s or drain_s"
if [[ $changed == none ]]; then
  [[ $status -eq 0 ]] || wrong "status $status"
else
  [[ $status -eq 1 ]] || wrong "status $status"
fi
