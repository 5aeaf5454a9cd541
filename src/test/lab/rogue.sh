#!/usr/bin/env bash
# Strangers and stolen certificates against a mesh of three control nodes, PostgreSQL and four service nodes that carries 200 requests a second:
# rogue.sh [-o FILE]
# Every node is a process in a network namespace of its own, on a bridge in one more; nothing of the machine's own network is touched.
# Rows are added to FILE (default target/rogue.md) as they are done; ends with 1 when one falls short. Needs root, iproute2, nftables, PostgreSQL,
# openssl, perl.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
table=target/rogue.md
if [ "${1:-}" = -o ]; then
  table=$2
  shift 2
fi
[ "$(id -u)" = 0 ] || { echo "rogue.sh: needs root, for network namespaces" >&2; exit 3; }
for tool in ip nft openssl perl setpriv; do
  command -v "$tool" > /dev/null || { echo "rogue.sh: '$tool' is missing (packages: iproute2 nftables openssl perl util-linux)" >&2; exit 3; }
done
mkdir -p target
exec mvn -q -B -ntp test-compile org.codehaus.mojo:exec-maven-plugin:3.5.1:exec \
  -Dexec.executable=java -Dexec.classpathScope=test \
  -Dexec.args="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xmx400m -cp %classpath io.heraldmesh.lab.RogueRun $table $*"
