#!/usr/bin/env bash
# Faults in a mesh of three control nodes, PostgreSQL and four service nodes that carries 200 requests a second:
# faults.sh [-o FILE] [--old JAR] [--ci | FAULT...]
#   none leader follower leader-frozen proxy control-away no-state database herd partition bad-config partial-config config-flood
#   disk-full disk-slow corrupt clock clock-leader ca-away jwks rolling-once rolling upgrade   (default: all; --ci: those that CI plays)
# --old JAR: everything starts with that version, the herald-fat.jar in the target of another checkout; "upgrade" goes from there to this one.
# Every node is a process in a network namespace of its own, on a bridge in one more; nothing of the machine's own network is touched.
# Rows are added to FILE (default target/faults.md) as they are done; ends with 1 when one falls short, with 3 when something is missing. Needs
# root with network namespaces, iproute2, nftables, PostgreSQL, openssl, perl, procps, strace (disk-slow), libfaketime (clock). See docs/faults.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
table=target/faults.md old='' ci=
while :; do
  case ${1:-} in
    -o)
      table=$2
      shift 2
      ;;
    --old)
      [ -s "$2" ] || {
        echo "faults.sh: there is no $2; build the older version in a checkout of its own (mvn -DskipTests package)" >&2
        exit 2
      }
      old=-Dherald.lab.old=$(realpath "$2")
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
    echo "faults.sh: --ci plays faults of its own, not also $*" >&2
    exit 2
  }
  set -- none follower no-state bad-config
fi
case " $* " in
  *" upgrade "*)
    [ -n "$old" ] || {
      echo "faults.sh: upgrade: from which version? --old JAR" >&2
      exit 2
    }
    ;;
esac
case " ${*:-clock} " in
  *" clock"*)
    compgen -G "/usr/lib/*/faketime/libfaketimeMT.so.1" > /dev/null || {
      echo "faults.sh: clock: libfaketime is missing (apt-get install libfaketime)" >&2
      exit 3
    }
    ;;
esac
src/test/lab/needs.sh faults.sh chrt ip kill nft openssl perl setpriv strace
delivered=$(src/test/lab/delivered.sh)
source src/test/lab/compiled.sh
exec "$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xmx400m \
  ${delivered:+"$delivered"} ${old:+"$old"} -cp "$classpath" io.heraldmesh.lab.FaultRun "$table" "$@"
