# shellcheck shell=bash
# Sourced at the root of the checkout by runs that are Java: Maven compiles, and says which JDK the build uses (the one on PATH may be older)
# and where the classes lie. Sets java and classpath. A run then takes the script's place (exec "$java" …), so that whoever ends the script
# ends the run, and it takes away what it has made; behind Maven it would go on without either.
mkdir -p target
said=$(mvn -q -B -ntp test-compile dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/lab.classpath \
  org.codehaus.mojo:exec-maven-plugin:3.5.1:exec -Dexec.executable=java -Dexec.args="-XshowSettings:properties -version" 2>&1) || {
  printf '%s\n' "$said" >&2
  exit 1
}
# shellcheck disable=SC2034 # for whoever sources this
java=$(sed -n 's/^ *java\.home = //p' <<< "$said")/bin/java
# shellcheck disable=SC2034
classpath=$PWD/target/test-classes:$PWD/target/classes:$(cat target/lab.classpath)
