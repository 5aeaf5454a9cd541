#!/usr/bin/env bash
# Faults in a mesh of three control nodes, PostgreSQL and four service nodes that carries 200 requests a second: faults.sh [-o FILE] [FAULT...]
#   none leader follower proxy bad-config partition database control-away no-state rolling   (default: all)
# Every node is a process in a network namespace of its own, on a bridge in one more; nothing of the machine's own network is touched.
# Rows are added to FILE (default target/faults.md) as they are done; ends with 1 when one falls short. Needs root, iproute2, nftables, PostgreSQL,
# openssl, perl.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
table=target/faults.md
if [ "${1:-}" = -o ]; then
  table=$2
  shift 2
fi
[ "$(id -u)" = 0 ] || { echo "faults.sh: needs root, for network namespaces" >&2; exit 3; }
for tool in ip nft openssl perl setpriv; do
  command -v "$tool" > /dev/null || { echo "faults.sh: '$tool' is missing (packages: iproute2 nftables openssl perl util-linux)" >&2; exit 3; }
done
mkdir -p target
exec mvn -q -B -ntp test-compile org.codehaus.mojo:exec-maven-plugin:3.5.1:exec \
  -Dexec.executable=java -Dexec.classpathScope=test \
  -Dexec.args="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xmx400m -cp %classpath io.heraldmesh.lab.FaultRun $table $*"
