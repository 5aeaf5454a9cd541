#!/usr/bin/env bash
# Kills what writes the state, and the database server, at random moments; then fills the disk: crash.sh [KILLS [FILE [SEED]]]
# Default 100 kills for each database. Tables are added to FILE (default target/crash.md); ends with 1 when anything that was accepted is
# missing or given twice. Needs PostgreSQL; the part with the disk needs root for a file system of 4 MB, in a mount namespace of its own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
kills=${1:-100} table=${2:-target/crash.md} seed=${3:-}
mkdir -p target
classpath=${HERALD_TEST_CLASSPATH:-}
if [ -z "$classpath" ]; then
  mvn -q -B -ntp test-compile dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/crash.classpath
  classpath=target/test-classes:target/classes:$(cat target/crash.classpath)
fi
java=java
[ -z "${JAVA_HOME:-}" ] || java=$JAVA_HOME/bin/java
run() { "$java" --enable-native-access=ALL-UNNAMED -Xmx400m -cp "$classpath" "$@"; }

# shellcheck disable=SC2086 # no seed, no argument
run io.heraldmesh.store.sql.CrashRun "$kills" "$table" $seed

if [ "$(id -u)" != 0 ]; then
  echo "the disk: not run, it needs root"
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
