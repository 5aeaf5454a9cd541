#!/usr/bin/env bash
# A node under churn of connections, certificates, roots, policy and endpoints: churn.sh [MINUTES [FILE [JAVA OPTIONS...]]]
# Default 60 minutes. A table is added to FILE (default target/churn.md); ends with 1 when heap after garbage collection, threads or file
# descriptors have left 5 % of what they were at minute 10, or a request failed. See docs/soak.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
minutes=${1:-60} table=${2:-target/churn.md}
[ $# -lt 2 ] || shift
[ $# -lt 1 ] || shift
mkdir -p target
# Maven compiles and tells the class path; the run itself is a process of its own.
mvn -q -B -ntp test-compile dependency:build-classpath -Dmdep.outputFile=target/test.classpath -Dmdep.includeScope=test
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xmx300m \
  -cp "target/test-classes:target/classes:$(cat target/test.classpath)" io.heraldmesh.cli.ChurnRun "$minutes" "$table" "$@"
