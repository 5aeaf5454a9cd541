#!/usr/bin/env bash
# Strangers and stolen certificates against a mesh of three control nodes, PostgreSQL and four service nodes that carries 200 requests a second:
# rogue.sh [-o FILE] [--ci | GROUP...]
#   control member garbage silence certificates lengths link bus after      (default: all; --ci: those that CI plays)
# Every node is a process in a network namespace of its own, on a bridge in one more; nothing of the machine's own network is touched.
# Rows are added to FILE (default target/rogue.md) as they are done; ends with 1 when one falls short, with 3 when something is missing. Needs
# root with network namespaces, iproute2, nftables, PostgreSQL, openssl, perl. See docs/faults.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
table=target/rogue.md ci=
while :; do
  case ${1:-} in
    -o)
      table=$2
      shift 2
      ;;
    --ci)
      ci=yes
      shift
      ;;
    *) break ;;
  esac
done
if [ -n "$ci" ]; then
  [ $# = 0 ] || {
    echo "rogue.sh: --ci plays groups of its own, not also $*" >&2
    exit 2
  }
  set -- control member garbage certificates lengths link bus after
fi
src/test/lab/needs.sh rogue.sh ip nft openssl perl setpriv
source src/test/lab/compiled.sh
exec "$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xmx400m \
  -cp "$classpath" io.heraldmesh.lab.RogueRun "$table" "$@"
