#!/usr/bin/env bash
# Kills what writes the state, and the database server, at random moments; then fills the disk, and makes it read-only:
#   crash.sh [--ci | KILLS [FILE [SEED]]]
# Default 100 kills for each database, --ci 10. Tables are added to FILE (default target/crash.md); ends with 1 when anything that was
# accepted is missing or given twice, or nothing of a kind was accepted, with 3 when something is missing. Needs PostgreSQL; the part with
# the disk needs root, for a file system of 4 MB in a mount namespace of its own, and strace.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
kills=${1:-100} table=${2:-target/crash.md} seed=${3:-}
[ "$kills" != --ci ] || kills=10
compgen -G "/usr/lib/postgresql/*/bin/initdb" > /dev/null || {
  echo "crash.sh: not run: PostgreSQL is missing (apt-get install postgresql)" >&2
  exit 3
}
source src/test/lab/compiled.sh
run() { "$java" --enable-native-access=ALL-UNNAMED -Xmx400m -cp "$classpath" "$@"; }

# shellcheck disable=SC2086 # no seed, no argument
run io.heraldmesh.store.sql.CrashRun "$kills" "$table" $seed

if [ "$(id -u)" != 0 ] || ! command -v strace > /dev/null; then
  echo "the disk: not run, it needs root and strace (apt-get install strace)"
  [ "${HERALD_LAB:-}" != required ] || exit 3
  exit 0
fi
export -f run
export java classpath table
unshare --mount --propagation private bash -euo pipefail -c '
  disk=$(mktemp -d)
  mount -t tmpfs -o size=4m,mode=0700 herald-disk "$disk"
  code=0
  { echo; run io.heraldmesh.store.sql.DiskRun "$disk"; } | tee -a "$table" || code=1
  umount "$disk"
  rmdir "$disk"
  exit $code'
