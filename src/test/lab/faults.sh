#!/usr/bin/env bash
# Faults in a mesh of three control nodes, PostgreSQL and four service nodes that carries 200 requests a second:
# faults.sh [-o FILE] [--ci | FAULT...]
#   none leader follower leader-frozen proxy control-away no-state database herd partition bad-config partial-config config-flood
#   disk-full disk-slow corrupt clock clock-leader ca-away jwks rolling-once rolling      (default: all; --ci: those that CI plays)
# Every node is a process in a network namespace of its own, on a bridge in one more; nothing of the machine's own network is touched.
# Rows are added to FILE (default target/faults.md) as they are done; ends with 1 when one falls short, with 3 when something is missing. Needs
# root with network namespaces, iproute2, nftables, PostgreSQL, openssl, perl, strace (disk-slow), libfaketime (clock). See docs/faults.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
table=target/faults.md
if [ "${1:-}" = -o ]; then
  table=$2
  shift 2
fi
[ "${1:-}" != --ci ] || set -- none follower no-state bad-config
src/test/lab/needs.sh faults.sh chrt ip nft openssl perl setpriv strace
mkdir -p target
delivered=$(src/test/lab/delivered.sh)
exec mvn -q -B -ntp test-compile org.codehaus.mojo:exec-maven-plugin:3.5.1:exec \
  -Dexec.executable=java -Dexec.classpathScope=test \
  -Dexec.args="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xmx400m $delivered -cp %classpath io.heraldmesh.lab.FaultRun $table $*"
