#!/usr/bin/env bash
# One control process and many simulated nodes with real links: scale.sh [-o FILE] [NODES...]   (default: 100 1000)
# Rows are added to FILE (default target/scale.md): time until all are attached, until a change is in force on all, processor time and memory
# of the control process. See docs/scale.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
table=target/scale.md
if [ "${1:-}" = -o ]; then
  table=$2
  shift 2
fi
[ $# -gt 0 ] || set -- 100 1000
ulimit -n "$(ulimit -Hn)"
delivered=$(src/test/lab/delivered.sh)
source src/test/lab/compiled.sh
exec "$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xmx6g -Xss256k -XX:+UseSerialGC \
  ${delivered:+"$delivered"} -cp "$classpath" io.heraldmesh.lab.ScaleRun "$table" "$@"
