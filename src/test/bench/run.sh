#!/usr/bin/env bash
# Herald as a pair of proxies beside HAProxy and nginx: run.sh [SUITE...]; without a name the whole table, see SUITES.
# Rows go to WORK/herald-SUITE.tsv as they come. A run that was broken off goes on where it was when it is started again
# with the same WORK; a suite that has its ROUNDS is not run again. Nothing is thrown away but a round that is not whole.
# BENCH is the harness's folder (default ../shared/bench, seen from the project's root). ROUNDS, DUR, WARM, JWARM, BASE,
# WORK, RATE and WRK2 (the program wrk2, else on PATH) reach the harness. HERALD_JAVA_OPTS: for Herald (default: those of a
# node under constant load, docs/operations.md, in 256 MiB).
# UNCOUNTED: rounds of every peer before the first that counts (default 6): JWARM is one load whose connections never end, and
# what the compiler built on that is thrown away when they do, which is at the end of each round.
# RATE_ROUNDS and RATE_DUR: rounds of the suite rate and their seconds, of which wrk2 needs the first ten to calibrate.
# HERALD: the launcher of another build, to put in this one's place.
# PEERS: put Herald beside these instead. report.sh prints what the files say; it runs at the end.
#
#   thr thr1k thr64k thr1m   HTTP/1.1, 64 kept-alive connections (16 for 1 MiB)
#   thr-2 tcp-2              the same with two event loops, threads or workers per proxy
#   tcp                      the bytes of thr through TCP proxies
#   h2 mux                   HTTP/2 from the client on, or only between the proxies
#   hs                       a full handshake per request; every peer negotiates X25519
#   hsr                      the same where the others resume; Herald never does
#   jwt-rs256 jwt-es256      a token with each request, 256 in turn; herald_uncached forgets each at once
#   rate                     RATE requests/s of 1 KiB, open loop: latency
#   rss startup              memory; from exec to the first answer
set -euo pipefail
SUITES='thr thr1k thr64k thr1m tcp h2 mux hs jwt-rs256 jwt-es256 thr-2 tcp-2 rss startup rate'
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
bench=${BENCH:-$root/../shared/bench}
export PATH=$PATH:/usr/sbin
[ -x "$bench/bench.sh" ] || {
  printf 'run.sh: no harness at %s; set BENCH to its folder\n' "$bench" >&2
  exit 3
}
for needed in haproxy nginx hitch wrk h2load openssl; do
  command -v "$needed" > /dev/null || {
    printf "run.sh: '%s' is missing; install the packages that %s/README.md names\n" "$needed" "$bench" >&2
    exit 3
  }
done

HERALD_JAVA_OPTS=${HERALD_JAVA_OPTS:--Xmx256m -Xms128m -Xmn64m}
UNCOUNTED=${UNCOUNTED:-6}
export ROUNDS=${ROUNDS:-9} DUR=${DUR:-3} WARM=${WARM:-3} JWARM=${JWARM:-60} WORK=${WORK:-${TMPDIR:-/tmp}/herald-bench}
WRK2=${WRK2:-$(command -v wrk2 || true)}
export WRK2
mkdir -p "$WORK"

# The pair for the harness: kind NAME [VARIABLE=VALUE...]
pair() {
  local name=$1
  shift
  export "CMD_${name}_SERVER=src/test/bench/pair.sh server" "CMD_${name}_CLIENT=src/test/bench/pair.sh client"
  export "CMD_${name}_ENV=HERALD_JAVA_OPTS=$HERALD_JAVA_OPTS $*"
}
export CMD_DIR=$root
[[ $HERALD_JAVA_OPTS != *' '* ]] || {
  # the harness splits at blanks
  printf '%s\n' "$HERALD_JAVA_OPTS" | tr ' ' '\n' > "$WORK/java.opts"
  HERALD_JAVA_OPTS=@$WORK/java.opts
}
pair herald
pair herald_tcp PROTOCOL=tcp
pair herald_uncached TOKEN_CACHE=0

# The harness gives a pair two seconds before it loads it with h2load, which gives up at a port that nobody listens on yet: a
# JVM may need longer. So the h2load that it finds waits for the port.
mkdir -p "$WORK/bin"
cat > "$WORK/bin/h2load" << SH
#!/usr/bin/env bash
port=\${!#}
port=\${port#*://*:}
port=\${port%%/*}
for _ in {1..600}; do
  (exec 9<> /dev/tcp/127.0.0.1/"\$port") 2> /dev/null && break
  sleep 0.1
done
exec $(command -v h2load) "\$@"
SH
chmod +x "$WORK/bin/h2load"
export PATH=$WORK/bin:$PATH

# peers SUITE: the one that the limit is about, its control, others, Herald
peers() {
  local ours=cmd@herald
  case $1 in tcp | tcp-2) ours=cmd@herald_tcp ;; jwt-*) ours='cmd@herald cmd@herald_uncached' ;; esac
  if [ -n "${PEERS:-}" ]; then
    printf '%s %s' "$PEERS" "$ours"
    return
  fi
  case $1 in
    thr64k | thr1m | rate) printf 'nginx nginx@b %s' "$ours" ;;
    tcp | tcp-2) printf 'haproxy-tcp haproxy-tcp@b hitch %s' "$ours" ;;
    rss | startup) printf 'haproxy nginx %s' "$ours" ;;
    *) printf 'haproxy haproxy@b %s' "$ours" ;;
  esac
}

# Moves what is whole in rows $1 (every round that has its last peer's last row) to the suite's file $2, counted on. The first
# $4 rounds of what was started anew are left out.
keep() {
  local from=$1 to=$2 last=$3 first=$4 had
  [ -s "$from" ] || return 0
  had=$(rounds "$to")
  awk -F'\t' -v OFS='\t' -v had="$had" -v last="$last" -v first="$first" '
    { row[NR] = $0; round[NR] = $3 }
    $2 == last && ($4 == "cpu_upstream_us" || $4 == "failed" || $4 ~ /^(hwm_server_kb|startup_cpu_ms)$/) { whole[$3] = 1 }
    $1 ~ /^rate/ && $2 == last && $4 == "cpu_upstream_us" { whole[$3] = 0 }
    $4 == "p999_us" && $2 == last { whole[$3] = 1 }
    END { for (i = 1; i <= NR; i++) if (whole[round[i]] && round[i] > first) { $0 = row[i]; $3 += had - first; print } }' "$from" >> "$to"
  rm -f "$from"
}
# The shortest round of rate that its file has: report.sh says from it whether p99 is resolved.
seconds_of_rate() {
  local file=$WORK/herald-rate.seconds had
  had=$(cat "$file" 2> /dev/null || echo "$1")
  echo "$((had < $1 ? had : $1))" > "$file"
}
rounds() { if [ -s "$1" ]; then cut -f3 "$1" | sort -n | tail -n 1; else echo 0; fi; }

run() {
  local suite=$1 names last out rows want=$ROUNDS seconds=$DUR workers=1 first=$UNCOUNTED base
  read -ra names <<< "$(peers "$suite")"
  last=${names[-1]} out=$WORK/herald-$suite.tsv rows=$WORK/herald-$suite.rows base=${suite%-2}
  case $suite in
    *-2) workers=2 ;;
    rate) want=${RATE_ROUNDS:-3} seconds=${RATE_DUR:-70} first=0 ;;
    rss) want=1 first=0 ;;
    startup) first=0 ;;
  esac
  [ "$base" != tcp ] || base=thr
  [ "$suite" != rate ] || [ -n "$WRK2" ] || {
    printf "run.sh: rate is left out: no wrk2 on PATH or in WRK2\n" >&2
    return 0
  }
  keep "$rows" "$out" "$last" "$first"
  want=$((want - $(rounds "$out")))
  [ "$want" -gt 0 ] || return 0
  printf 'run.sh: %s, %s rounds: %s\n' "$suite" "$want" "${names[*]}" >&2
  [ "$suite" != rate ] || seconds_of_rate "$seconds"
  OUT=$rows ROUNDS=$((want + first)) DUR=$seconds WORKERS=$workers "$bench/bench.sh" run "$base" "${names[@]}"
  keep "$rows" "$out" "$last" "$first"
}

export HERALD=${HERALD:-$root/herald}
"$HERALD" --version > /dev/null # builds, if need be, before a clock runs
[ $# -gt 0 ] || read -ra all <<< "$SUITES"
[ $# -gt 0 ] || set -- "${all[@]}"
for suite in "$@"; do
  run "$suite"
done
"$here/report.sh" "$WORK" "$@"
