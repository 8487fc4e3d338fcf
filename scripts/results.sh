#!/usr/bin/env bash
# Puts finished studies into the documentation: chart and summary beside their page in docs/results, table and time
# between the page's marks.
#   scripts/results.sh DIR...    output folders of napier study, each named as its study
set -euo pipefail
results="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/docs/results"

for folder in "$@"; do
  name="$(basename "$folder")"
  page="$results/$name.md"
  [[ -f "$folder/table.md" ]] || { echo "'$folder' holds no table.md: run napier study first" >&2; exit 2; }
  grep -q '^<!-- table -->$' "$page" || { echo "'$page' is missing or has no <!-- table --> mark" >&2; exit 2; }

  cp "$folder/plot.svg" "$results/$name.svg"
  cp "$folder/summary.csv" "$results/$name.csv"
  seconds="$(grep -h '"wall_seconds"' "$folder"/runs/*/train/run.json | tr -dc '0-9.\n' | awk '{s += $1} END {printf "%.0f", s}')"
  runs="$(ls -d "$folder"/runs/*/train | wc -l)"
  block="$(mktemp)"
  cat "$folder/table.md" > "$block"
  echo "Time of $runs runs, one thread each, summed: $((seconds / 60)) min." >> "$block"
  awk -v block="$block" '
    /^<!-- table -->$/ { print; print ""; while ((getline line < block) > 0) print line; print ""; inside = 1; next }
    /^<!-- end -->$/ { inside = 0 }
    !inside' "$page" > "$page.tmp"
  mv "$page.tmp" "$page"
  rm "$block"
  echo "$page"
done
