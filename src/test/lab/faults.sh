#!/usr/bin/env bash
# Faults in a mesh of three control nodes, PostgreSQL and four service nodes that carries 200 requests a second:
# faults.sh [-o FILE] [--old JAR] [--times N] [--away SECONDS] [--ci | FAULT...]
#   none leader follower leader-frozen proxy control-away no-state database herd partition bad-config partial-config config-flood
#   disk-full disk-slow corrupt clock clock-leader ca-away jwks rolling-once rolling upgrade   (default: all; --ci: those that CI plays)
# --old JAR: everything starts with that version, the herald-fat.jar in the target of another checkout; "upgrade" goes from there to this one.
# --times N: each fault so often, one after the other (default 1). --away SECONDS: for how long control-away has no control node (default 25).
# Every node is a process in a network namespace of its own, on a bridge in one more; nothing of the machine's own network is touched.
# Rows are added to FILE (default target/faults.md) as they are done; ends with 1 when one falls short, with 3 when something is missing. Needs
# root with network namespaces, iproute2, nftables, PostgreSQL, openssl, perl, procps, strace (disk-slow), cc (clock). See docs/faults.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
table=target/faults.md old='' ci=
plays=()
number() {
  [[ ${2:-} =~ ^[1-9][0-9]{0,5}$ ]] || {
    echo "faults.sh: $1 wants a number, got '${2:-}'" >&2
    exit 2
  }
}
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
    --times | --away)
      number "$1" "${2:-}"
      plays+=("-Dherald.lab.${1#--}=$2")
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
    type -P cc > /dev/null || {
      echo "faults.sh: clock: a C compiler is missing (apt-get install gcc libc6-dev)" >&2
      exit 3
    }
    mkdir -p target
    cc -O2 -Wall -Werror -shared -fPIC -o target/wallclock.so src/test/lab/wallclock.c
    ;;
esac
src/test/lab/needs.sh faults.sh chrt ip kill nft openssl perl setpriv strace
delivered=$(src/test/lab/delivered.sh)
source src/test/lab/compiled.sh
exec "$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xmx400m \
  ${delivered:+"$delivered"} ${old:+"$old"} "${plays[@]}" -cp "$classpath" io.heraldmesh.lab.FaultRun "$table" "$@"
