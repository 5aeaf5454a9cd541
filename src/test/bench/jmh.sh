#!/usr/bin/env bash
# Runs the JMH benchmarks that stand beside the tests: jmh.sh [REGEX [JMH OPTIONS...]]; default all of them
#   src/test/bench/jmh.sh TokenCacheBenchmark               one class
#   src/test/bench/jmh.sh 'Signature.*check' -f 3 -prof gc   JMH's own options; -h tells them
# Compiles first, with the JDK that the build uses. Beside the time each operation took stands the processor time it cost (cpu): the
# figure to go by when anything else runs on the machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
[ $# -gt 0 ] || set -- .
for argument in "$@"; do
  case $argument in
    *[[:space:]]* | '') printf 'jmh.sh: "%s": an argument must be one word\n' "$argument" >&2 && exit 2 ;;
  esac
done
# Maven is only asked for the class path and the JDK; the benchmarks run in processes that JMH starts.
exec mvn -q -B -ntp test-compile org.codehaus.mojo:exec-maven-plugin:3.5.1:exec \
  -Dexec.executable=java -Dexec.classpathScope=test \
  -Dexec.args="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xmx512m -XX:+UseSerialGC -XX:+UseCompactObjectHeaders -cp %classpath org.openjdk.jmh.Main $* -prof io.heraldmesh.CpuTime"
