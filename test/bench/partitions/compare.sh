#!/usr/bin/env bash
# What log and event cost in one table each, and in partitions by the server's day or by ranges of sequences: processor time of the store's statements,
# in µs. usage: scripts/with-postgres test/bench/partitions/compare.sh [ROWS]    logs; half as many events
set -euo pipefail
cd "$(dirname "$0")"
rows=${1:-400000}
psql() { command "$REEVE_TEST_POSTGRES_BIN/psql" -XqAt -v ON_ERROR_STOP=1 -v rows="$rows" "$@" "$REEVE_TEST_POSTGRES"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

names=()
run() { # LAYOUT PARTITIONS
  local name=$1-$2
  names+=("$name")
  psql -v layout="$1" -v days="$2" -f layout.sql
  psql -v layout="$1" -v days="$2" -f statements.sql | grep '|' > "$work/$name"
  [ "$1" = sequence ] || psql -v layout="$1" -v days="$2" -f retention.sql | grep '|' >> "$work/$name"
  psql -c "DROP SCHEMA $1 CASCADE" 2>/dev/null
}
run plain 8
run day 8
run day 31
run day 91
run sequence 8
run sequence 31

printf '| |'
printf ' %s |' "${names[@]}"
printf '\n|---|'
printf -- '---:|%.0s' "${names[@]}"
printf '\n'
cut -d'|' -f1 "$work/${names[0]}" | while IFS= read -r what; do
  row="| $what |"
  for n in "${names[@]}"; do row+=" $(awk -F'|' -v w="$what" '$1 == w { print $2 }' "$work/$n") |"; done
  echo "$row"
done
