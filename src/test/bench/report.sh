#!/usr/bin/env bash
# What run.sh measured, as tables: report.sh FOLDER [SUITE...]
# A ratio is one peer's figure over the first peer's in the same round. Quartiles are the values in the middle of the halves.
# Every row of Herald that has a limit gets a verdict: within it; level, when it is over by no more than the quartiles of the
# control (NAME@b) lie apart in the same run; over; unresolved, where latency was not watched for 60 s after calibration.
# What keeps a verdict from counting stands behind it: fewer than 9 rounds, a JIT share of 2 % or more, no control.
set -euo pipefail
folder=$1
shift
[ $# -gt 0 ] || {
  names=$(cd "$folder" && ls herald-*.tsv | sed 's/^herald-//; s/\.tsv$//')
  read -rd '' -a all <<< "$names" || true
  set -- "${all[@]}"
}

# spread: numbers on standard input as "median | quartile-quartile | min-max | n"
spread() {
  sort -g | awk -v f="${1:-%.2f}" '
    function q(p,   i) { i = p * (n - 1) + 1; return v[int(i)] + (i - int(i)) * ((int(i) < n ? v[int(i) + 1] : v[n]) - v[int(i)]) }
    NF { v[++n] = $1 }
    END { if (n) printf(f " | " f "–" f " | " f "–" f " | %d", q(.5), q(.25), q(.75), v[1], v[n], n); else printf("– | – | – | 0") }'
}
# column FILE PEER METRIC: one value a round
column() { awk -F'\t' -v p="$2" -v m="$3" '$2 == p && $4 == m { print $5 }' "$1"; }
# ratio FILE PEER BASE METRIC: one value a round
ratio() {
  awk -F'\t' -v p="$2" -v b="$3" -v m="$4" '$4 == m && $2 == b { base[$3] = $5 } $4 == m && $2 == p { v[$3] = $5 }
    END { for (r in v) if (base[r] > 0) print v[r] / base[r] }' "$1"
}
# share FILE PEER: of the compiler in the pair's CPU, in percent, one value a round
share() {
  awk -F'\t' -v p="$2" '$2 == p && $4 == "cpu_pair_us" { c[$3] = $5 } $2 == p && $4 == "cpu_jit_us" { j[$3] = $5 }
    END { for (r in j) if (c[r] > 0) print 100 * j[r] / c[r] }' "$1"
}
# limit SUITE PEER METRIC: what the ratio may be at most; nothing where there is none
limit() {
  case $2 in cmd@herald*) ;; *) return 0 ;; esac
  case ${1%-2}/$2/$3 in
    rate/*/p99_us) echo 1.1 ;;
    rate/*) ;;
    jwt-*/*_uncached/*) echo 1.0 ;;
    jwt-*) echo 0.6 ;;
    thr64k/* | thr1m/* | tcp/*) echo 1.1 ;;
    thr/* | thr1k/* | h2/* | mux/*) echo 1.0 ;;
    hs/*) echo 0.9 ;;
  esac
}
# verdict FILE SUITE PEER BASE METRIC: "limit | verdict", with what keeps it from counting
verdict() {
  local most middle rounds apart jit doubts=() word
  most=$(limit "$2" "$3" "$5")
  [ -n "$most" ] || {
    printf '– | –'
    return
  }
  read -r middle rounds <<< "$(ratio "$1" "$3" "$4" "$5" | spread %.4f | awk -F' *[|] *' '{ print $1, $4 }')"
  [ "$rounds" -gt 0 ] || {
    printf '%s | none' "$most"
    return
  }
  apart=$(ratio "$1" "$4@b" "$4" "$5" | spread %.4f | sed 's/–/|/g' | awk -F'|' '{ print ($2 + 0 > 0) ? $3 - $2 : "none" }')
  jit=$(share "$1" "$3" | spread %.2f | awk '{ print $1 + 0 }')
  word=$(awk -v m="$middle" -v l="$most" -v a="$apart" \
    'BEGIN { print m <= l ? "within" : a != "none" && m - l <= a ? "level" : "over" }')
  if [ "$5" = p99_us ] && [ "$(cat "$folder/herald-$2.seconds" 2> /dev/null || echo 0)" -lt 70 ]; then
    word=unresolved
  fi
  [ "$rounds" -ge 9 ] || [ "$5" = p99_us ] || doubts+=("$rounds rounds")
  awk -v j="$jit" 'BEGIN { exit !(j >= 2) }' && doubts+=("JIT $jit %")
  [ "$apart" != none ] || doubts+=('no control')
  printf '%s | %s' "$most" "$word"
  [ ${#doubts[@]} = 0 ] || printf ' (%s)' "$(printf '%s, ' "${doubts[@]}" | sed 's/, $//')"
}
failed() { awk -F'\t' -v p="$2" '$2 == p && $4 == "failed" { n++ } END { print n + 0 }' "$1"; }
peers() { awk -F'\t' '!seen[$2]++ { print $2 }' "$1"; }

for suite in "$@"; do
  file=$folder/herald-$suite.tsv
  [ -s "$file" ] || continue
  first=$(peers "$file" | head -n 1)
  case $suite in
    rss | startup)
      printf '\n== %s: %s\n| peer | figure | median | quartiles | range | rounds |\n|---|---|---|---|---|---|\n' "$suite" 'kB; ms'
      peers "$file" | while read -r peer; do
        awk -F'\t' -v p="$peer" '$2 == p && !seen[$4]++ { print $4 }' "$file" | while read -r metric; do
          printf '| %s | %s | %s |\n' "$peer" "$metric" "$(column "$file" "$peer" "$metric" | spread %.0f)"
        done
      done
      continue
      ;;
    rate) metrics='p50_us p90_us p99_us cpu_pair_us' ;;
    *) metrics='cpu_pair_us' ;;
  esac
  printf '\n== %s\n| peer | figure | µs | over %s: median | quartiles | range | rounds | failed | JIT, %% | requests/s | limit | verdict |\n' "$suite" "$first"
  printf '|---|---|---|---|---|---|---|---|---|---|---|---|\n'
  for metric in $metrics; do
    peers "$file" | while read -r peer; do
      printf '| %s | %s | %s | %s | %s | %s | %s | %s |\n' "$peer" "$metric" \
        "$(column "$file" "$peer" "$metric" | spread %.1f | cut -d'|' -f1)" \
        "$(ratio "$file" "$peer" "$first" "$metric" | spread)" \
        "$(failed "$file" "$peer")" \
        "$(share "$file" "$peer" | spread %.1f | cut -d'|' -f1)" \
        "$(column "$file" "$peer" rps | spread %.0f | cut -d'|' -f1)" \
        "$(verdict "$file" "$suite" "$peer" "$first" "$metric")"
    done
  done
done
