#!/usr/bin/env bash
# Puts finished studies into the documentation: chart and numbers beside their page in docs/results, table and time
# between the page's marks. A page that is not there yet is begun with the words at the head of the study file.
#   scripts/results.sh DIR...    output folders of napier study, each named as its study
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

begin_page() { # name
  sed -n 's/^title: /# /p' "configs/studies/$1.yaml"
  echo "\`napier study configs/studies/$1.yaml -o runs/$1\` · [numbers]($1.csv) · [study](../../configs/studies/$1.yaml)"
  echo
  sed -n '/^#/!q; s/^# //p' "configs/studies/$1.yaml"
  printf '\n![chart](%s.svg)\n\n<!-- table -->\n<!-- end -->\n' "$1"
}

table_and_time() { # folder
  cat "$1/table.md"
  grep -h '"wall_seconds"' "$1"/runs/*/train/run.json | tr -dc '0-9.\n' |
    awk '{ s += $1 } END { printf "Time of %d runs, one thread each, summed: %.0f min.\n", NR, s / 60 }'
}

for folder in "$@"; do
  name="$(basename "$folder")"
  page="docs/results/$name.md"
  [[ -f "$folder/table.md" ]] || { echo "'$folder' holds no table.md: run napier study first" >&2; exit 2; }
  [[ -f "configs/studies/$name.yaml" ]] || { echo "no study is named '$name'" >&2; exit 2; }
  [[ -f "$page" ]] || begin_page "$name" > "$page"
  cp "$folder/plot.svg" "docs/results/$name.svg"
  cp "$folder/summary.csv" "docs/results/$name.csv"
  table_and_time "$folder" > "$page.table"
  awk -v table="$page.table" '
    /^<!-- end -->$/ { inside = 0 }
    !inside { print }
    /^<!-- table -->$/ { inside = 1; print ""; while ((getline line < table) > 0) print line; print "" }' "$page" > "$page.new"
  mv "$page.new" "$page"
  rm "$page.table"
  echo "$page"
done
