#!/usr/bin/env bash
# A node as it is shipped, under churn of connections, certificates, roots, policy and endpoints: churn.sh [MINUTES [FILE [JAVA OPTIONS...]]]
# Default 60 minutes, at least 5. A table is added to FILE (default target/churn.md); ends with 1 when heap after garbage collection, threads or
# file descriptors have left 5 % of what they were at minutes 9 and 10 (in a run of at most 11 minutes: grew by more than that after the first
# minute), the heap could not be measured, a request failed, an event loop was late by more than 100 ms, or one that is blocked on purpose went
# unnoticed. See docs/soak.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
minutes=${1:-60} table=${2:-target/churn.md}
[ $# -lt 2 ] || shift
[ $# -lt 1 ] || shift
source src/test/lab/compiled.sh
./herald --version > /dev/null # builds what the run starts, where that is missing
exec "$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xmx300m \
  -cp "$classpath" io.heraldmesh.cli.ChurnRun "$minutes" "$table" "$@"
