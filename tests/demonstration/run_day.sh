#!/usr/bin/env bash
# run_day.sh PROGRAM: `PROGRAM --check --day` must end with one JSON object that finds nothing, after a day in which acts
# were taken during the cut and others refused by their rules.
set -uo pipefail
output=$("$1" --check --day 2>&1)
status=$?
echo "$output"
last=${output##*$'\n'}
field() { sed -nE "s/^\{.*\"$1\":([0-9]+)[,}].*$/\1/p" <<<"$last"; }
[[ $status -eq 0 ]] || { echo "run_day: status $status"; exit 1; }
[[ $(field problems) == 0 && $(field verify_errors) == 0 ]] || { echo "run_day: problems"; exit 1; }
[[ $(field stories) -ge 9 && $(field acts) -ge 60 && $(field acts_in_cut) -ge 20 && $(field acts_refused) -ge 8 ]] ||
  { echo "run_day: the day was too short"; exit 1; }
