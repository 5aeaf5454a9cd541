#!/usr/bin/env bash
# A node as it is shipped that may have 256 MiB, attacked in many ways while good clients call through it:
#   overload.sh [--short | --peer] [FILE [SECONDS [PAIRS [ATTACK...]]]]
# A table is added to FILE (default target/overload.md), a row as soon as it is known. Ends with 1 when a row falls short or when a loop
# that is blocked on purpose goes unnoticed. Default windows of 10 s, 5 pairs, all attacks: 25 minutes or so. --short: a minute or two, times not judged.
# --peer: the same attacks, those without TLS, on a pair of HAProxy, for comparison; nothing is judged. See docs/overload.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
defaults=(target/overload.md 10 5) attacks=() main=OverloadRun
if [ "${1:-}" = --short ]; then
  shift
  defaults=(target/overload.md 3 1) attacks=(headers bodies streams)
elif [ "${1:-}" = --peer ]; then
  shift
  defaults=(target/overload.md 10 3) main=OverloadPeer
  attacks=(nothing headers bodies connections slowloris upstream-slow upstream-reset upstream-half-closed streams)
  type -P haproxy > /dev/null || {
    echo "overload.sh: 'haproxy' is missing (apt-get install haproxy)" >&2
    exit 3
  }
fi
given=("$@")
[ $# -gt 3 ] || given+=("${defaults[@]:$#}" "${attacks[@]}")
source src/test/lab/compiled.sh
./herald --version > /dev/null # builds what the run starts, where that is missing
exec "$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xmx300m \
  -cp "$classpath" "io.heraldmesh.cli.$main" "${given[@]}"
