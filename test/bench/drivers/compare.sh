#!/usr/bin/env bash
# Builds the program once for each driver, runs them in turn and prints a table.
# usage: compare.sh [ROUNDS]    the best of the rounds counts
set -euo pipefail
cd "$(dirname "$0")"
rounds=${1:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
drivers="modernc zombiezen ncruces"

for d in $drivers; do
  CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -tags "$d" -o "$work/$d" .
  : > "$work/$d.figures"
  echo "size $(stat -c %s "$work/$d" | awk '{printf "%.1f", $1 / 1048576}')" >> "$work/$d.figures"
  "$work/$d" make "$work/$d.db"
done
for _ in $(seq "$rounds"); do
  for d in $drivers; do
    mkdir "$work/load"
    "$work/$d" load "$work/load" >> "$work/$d.figures"
    rm -rf "$work/load"
    for _ in 1 2 3 4 5; do
      begin=$(date +%s%N)
      "$work/$d" open "$work/$d.db" >> "$work/$d.figures"
      echo "start $(( ($(date +%s%N) - begin) / 10000 ))" | awk '{printf "%s %.1f\n", $1, $2 / 100}' >> "$work/$d.figures"
    done
  done
done

best() { # best DRIVER FIGURE high|low
  local order=-g
  [ "$3" = high ] && order=-gr
  awk -v f="$2" '$1 == f {print $2}' "$work/$1.figures" | sort $order | head -1
}
row() { # row TITLE FIGURE high|low
  printf '| %s |' "$1"
  for d in $drivers; do printf ' %s |' "$(best "$d" "$2" "$3")"; done
  echo
}
printf '| |'; for d in $drivers; do printf ' %s |' "$d"; done; echo
echo '|---|---:|---:|---:|'
row 'group-commit inserts/s, 64 goroutines' group high
row 'one-row commits/s' single high
row 'point reads/s while 8 write' point high
row 'filters of 200 rows/s out of 100,000' filter high
row 'exec, open 50 MB, write, read a page (ms)' start low
row 'resident after that (MB)' resident low
row 'peak resident under load (MB)' peak low
row 'binary, stripped (MB)' size low
