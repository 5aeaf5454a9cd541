#!/usr/bin/env bash
# Coverage-guided fuzzing: run.sh TARGET SECONDS | run.sh minimise TARGET | run.sh table
# TARGET is yaml, jwt, x509, http, xfcc or all. Fuzzes until SECONDS stand in the table for the target, in slices; what a slice
# found is kept, so that a run that was cut off goes on where it ended. The table is $TABLE (default target/fuzz/table.tsv); inputs
# that reached something new are in target/fuzz/TARGET/corpus, inputs that found a fault in target/fuzz/TARGET/found.
# SLICE (seconds, default 120), HEAP (default 512m), TIMEOUT (seconds after which an input counts as a hang, by the wall clock:
# more on a busy machine; default 60) and JAVA (a JDK's java) may be set. Ends with 1 when something was found.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
cd "$root"
all='yaml jwt x509 http xfcc'
work=target/fuzz
table=${TABLE:-$work/table.tsv}
slice=${SLICE:-120}
heap=${HEAP:-512m}
timeout=${TIMEOUT:-60}

usage() {
  sed -n 2,3p "${BASH_SOURCE[0]}" >&2
  exit 2
}

class() {
  case $1 in
    yaml) echo YamlFuzz ;; jwt) echo JwtFuzz ;; x509) echo X509Fuzz ;; http) echo HttpFuzz ;; xfcc) echo XfccFuzz ;;
    *) usage ;;
  esac
}

# The classes, and the fuzzer, which the ordinary build does not have.
prepare() {
  mkdir -p "$work"
  if [ -n "${CLASSES:-}" ]; then
    classes=$CLASSES
  else
    mvn -B -q -Pfuzz test-compile
    classes=target/test-classes:target/classes
  fi
  if [ ! -f "$work/classpath" ] || [ pom.xml -nt "$work/classpath" ]; then
    mvn -B -q -Pfuzz dependency:build-classpath -Dmdep.outputFile="$work/classpath" -Dmdep.includeScope=test > /dev/null
  fi
  java=${JAVA:-}
  if [ -z "$java" ]; then
    for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
      [ -x "$home/bin/java" ] || continue
      version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release" 2> /dev/null || true)
      [ "${version:-0}" -ge 25 ] && java=$home/bin/java && break
    done
  fi
  [ -n "$java" ] || {
    printf 'run.sh: no JDK of 25 or newer; set JAVA to its java\n' >&2
    exit 3
  }
}

jazzer() { # target, arguments
  local target=$1
  shift
  "$java" -Xmx"$heap" -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp "$classes:$(cat "$work/classpath")" com.code_intelligence.jazzer.Jazzer \
    --target_class="io.heraldmesh.fuzz.$(class "$target")" --instrumentation_includes='io.heraldmesh.**' --custom_hook_includes="io.heraldmesh.**" \
    --reproducer_path="$work/$target" -artifact_prefix="$work/$target/found/" "$@"
}

spent() { # target
  [ -f "$table" ] || {
    echo 0
    return
  }
  awk -F'\t' -v t="$1" '$1 == t {s += $2} END {print s + 0}' "$table"
}

fuzz() { # target, seconds
  local target=$1 seconds=$2 log=$work/$1/log
  mkdir -p "$work/$target/corpus" "$work/$target/found"
  [ -f "$table" ] || printf 'target\tseconds\texecutions\tcoverage\tcorpus\tfindings\tended\n' > "$table"
  local left
  while left=$((seconds - $(spent "$target"))) && [ "$left" -gt 0 ]; do
    local now=$((left < slice ? left : slice))
    local before
    before=$(find "$work/$target/found" -type f ! -name "slow-unit-*" | wc -l)
    jazzer "$target" -max_total_time="$now" -timeout="$timeout" -report_slow_units="$timeout" -rss_limit_mb=3000 -print_final_stats=1 \
      "$work/$target/corpus" "src/test/resources/fuzz/$target" > "$log" 2>&1 || true
    local runs coverage took found
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
    coverage=$(grep -o 'cov: [0-9]*' "$log" | tail -1 | cut -d' ' -f2)
    took=$(sed -n 's/^Done [0-9]* runs in \([0-9]*\) second.*/\1/p' "$log" | tail -1)
    found=$(($(find "$work/$target/found" -type f ! -name "slow-unit-*" | wc -l) - before))
    [ -n "$coverage" ] || {
      tail -20 "$log" >&2
      printf 'run.sh: the fuzzer did not start; see %s\n' "$log" >&2
      exit 3
    }
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$target" "${took:-0}" "${runs:-0}" "$coverage" \
      "$(find "$work/$target/corpus" -type f | wc -l)" "$found" "$(date -u +%FT%TZ)" | tee -a "$table"
    if [ "$found" -gt 0 ]; then
      grep -A 12 '^== ' "$log" | head -40 >&2 || true
      exit 1
    fi
  done
}

# Of all inputs the fewest and smallest that reach what all reach; at most KEEP (default 90), none over 4 KiB.
minimise() { # target
  local target=$1 small=$work/$1/small
  rm -rf "$small" && mkdir -p "$small"
  jazzer "$target" -merge=1 -max_len=4096 "$small" "src/test/resources/fuzz/$target" "$work/$target/corpus" > "$work/$target/merge.log" 2>&1
  find "src/test/resources/fuzz/$target" -type f -name '[0-9a-f]*' -regex '.*/[0-9a-f]\{40\}' -delete
  find "$small" -type f -size -4097c -printf '%s %p\n' | sort -n | head -"${KEEP:-90}" | cut -d' ' -f2 |
    xargs -r cp -t "src/test/resources/fuzz/$target"
  printf '%s: %s inputs\n' "$target" "$(find "src/test/resources/fuzz/$target" -type f | wc -l)"
}

[ $# -ge 1 ] || usage
case $1 in
  table)
    [ -f "$table" ] || exit 0
    printf '| parser | seconds | executions | coverage (edges) | inputs kept | findings |\n|---|---|---|---|---|---|\n'
    awk -F'\t' 'NR > 1 {s[$1] += $2; e[$1] += $3; c[$1] = $4; k[$1] = $5; f[$1] += $6; if (!($1 in seen)) {seen[$1]; order[++n] = $1}}
      END {for (i = 1; i <= n; i++) {t = order[i]; printf "| %s | %d | %d | %d | %d | %d |\n", t, s[t], e[t], c[t], k[t], f[t]}}' "$table"
    ;;
  minimise)
    [ $# = 2 ] || usage
    prepare
    for target in $([ "$2" = all ] && echo "$all" || echo "$2"); do minimise "$target"; done
    ;;
  *)
    [ $# = 2 ] || usage
    [ "$1" = all ] || class "$1" > /dev/null
    prepare
    for target in $([ "$1" = all ] && echo "$all" || echo "$1"); do fuzz "$target" "$2"; done
    ;;
esac
