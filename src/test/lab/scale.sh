#!/usr/bin/env bash
# One control process and many simulated nodes with real links: scale.sh [-o FILE] [-DNAME=VALUE...] [NODES...]   (default: 100 1000)
# Or requests for certificates, COUNT in each of five rounds: scale.sh [-o FILE] issuance [COUNT]   (default: 20000, target/issuance.md)
# -D gives the run a property of Java, such as herald.scale.services. Rows are added to FILE (default target/scale.md): time until all are
# attached, until a change is in force on all, processor time and memory of the control process. See docs/scale.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
table='' properties=()
while :; do
  case ${1:-} in
    -o)
      table=$2
      shift 2
      ;;
    -D*)
      properties+=("$1")
      shift
      ;;
    *) break ;;
  esac
done
if [ "${1:-}" = issuance ]; then
  run=(io.heraldmesh.lab.IssuanceRun "${table:-target/issuance.md}" "${2:-20000}")
else
  [ $# -gt 0 ] || set -- 100 1000
  run=(io.heraldmesh.lab.ScaleRun "${table:-target/scale.md}" "$@")
fi
ulimit -n "$(ulimit -Hn)"
delivered=$(src/test/lab/delivered.sh)
source src/test/lab/compiled.sh
exec "$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xmx6g -Xss256k -XX:+UseSerialGC \
  ${delivered:+"$delivered"} "${properties[@]}" -cp "$classpath" "${run[@]}"
