#!/usr/bin/env bash
# Herald as a pair of proxies beside HAProxy and nginx: run.sh [SUITE...]; default thr thr64k jwt-rs256
# BENCH is the harness's folder (default ../shared/bench, seen from the project's root). ROUNDS, DUR, JWARM, WORK and BASE
# reach the harness; results go to WORK/herald-SUITE.tsv, one file per suite, and what they say to standard output.
# In the suites jwt-rs256 and jwt-es256 a second pair, herald_uncached, runs without the cache of verified tokens.
# PEERS (default: haproxy nginx) names those that Herald is put beside.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
bench=${BENCH:-$root/../shared/bench}
[ -x "$bench/bench.sh" ] || {
  printf 'run.sh: no harness at %s; set BENCH to its folder\n' "$bench" >&2
  exit 3
}
for needed in haproxy nginx wrk openssl; do
  [ -n "$(PATH=$PATH:/usr/sbin command -v "$needed")" ] || {
    printf "run.sh: '%s' is missing; install the packages that %s/README.md names\n" "$needed" "$bench" >&2
    exit 3
  }
done

"$root/herald" --version > /dev/null # builds, if need be, before a clock runs
export PATH=$PATH:/usr/sbin
export CMD_DIR=$root
export CMD_herald_SERVER='src/test/bench/pair.sh server'
export CMD_herald_CLIENT='src/test/bench/pair.sh client'
export CMD_herald_ENV="HERALD_JAVA_OPTS=${HERALD_JAVA_OPTS:--Xmx256m}"
export CMD_herald_uncached_SERVER=$CMD_herald_SERVER
export CMD_herald_uncached_CLIENT=$CMD_herald_CLIENT
export CMD_herald_uncached_ENV="$CMD_herald_ENV TOKEN_CACHE=0"
read -ra peers <<< "${PEERS:-haproxy nginx}"
export ROUNDS=${ROUNDS:-5} DUR=${DUR:-3} JWARM=${JWARM:-30} WORK=${WORK:-${TMPDIR:-/tmp}/herald-bench}
mkdir -p "$WORK"

[ $# -gt 0 ] || set -- thr thr64k jwt-rs256
for suite in "$@"; do
  export OUT=$WORK/herald-$suite.tsv
  rm -f "$OUT"
  ours=(cmd@herald)
  case $suite in jwt-*) ours+=(cmd@herald_uncached) ;; esac
  "$bench/bench.sh" run "$suite" "${peers[@]}" "${ours[@]}"
done
for suite in "$@"; do
  printf '\n== %s: CPU per request in microseconds, requests per second: median (min-max)\n' "$suite"
  "$bench/bench.sh" report "$WORK/herald-$suite.tsv" | grep -E ' (cpu_|rps|errors|failed|rss_|hwm_)' || true
  for peer in "${peers[@]}"; do
    printf -- '-- ratio to %s, per round\n' "$peer"
    "$bench/bench.sh" ratios cpu_pair_us "$peer" "$WORK/herald-$suite.tsv"
  done
done
