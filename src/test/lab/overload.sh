#!/usr/bin/env bash
# A node that may have 256 MiB, attacked in many ways while good clients call through it:
#   overload.sh [--short] [FILE [SECONDS [PAIRS [ATTACK...]]]]
# A table is added to FILE (default target/overload.md), a row as soon as it is known. Ends with 1 when a row falls short or when a loop
# that is blocked on purpose goes unnoticed. Default windows of 10 s, 5 pairs, all attacks: 25 minutes or so. --short: a minute or two, times not judged.
# See docs/overload.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
defaults=(target/overload.md 10 5)
if [ "${1:-}" = --short ]; then
  shift
  defaults=(target/overload.md 3 1 headers bodies streams)
fi
given=("$@")
arguments=("${given[@]}" "${defaults[@]:${#given[@]}}")
source src/test/lab/compiled.sh
exec "$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xmx300m \
  -cp "$classpath" io.heraldmesh.cli.OverloadRun "${arguments[@]}"
