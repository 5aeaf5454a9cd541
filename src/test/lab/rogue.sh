#!/usr/bin/env bash
# Strangers and stolen certificates against a mesh of three control nodes, PostgreSQL and four service nodes that carries 200 requests a second:
# rogue.sh [-o FILE] [--ci | GROUP...]
#   control member garbage silence certificates lengths link bus after      (default: all; --ci: those that CI plays)
# Every node is a process in a network namespace of its own, on a bridge in one more; nothing of the machine's own network is touched.
# Rows are added to FILE (default target/rogue.md) as they are done; ends with 1 when one falls short, with 3 when something is missing. Needs
# root with network namespaces, iproute2, nftables, PostgreSQL, openssl, perl. See docs/faults.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
table=target/rogue.md
if [ "${1:-}" = -o ]; then
  table=$2
  shift 2
fi
[ "${1:-}" != --ci ] || set -- control member garbage certificates lengths link bus after
src/test/lab/needs.sh rogue.sh ip nft openssl perl setpriv
source src/test/lab/compiled.sh
exec "$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xmx400m \
  -cp "$classpath" io.heraldmesh.lab.RogueRun "$table" "$@"
