#!/usr/bin/env bash
# Prints the option with which a lab runs nodes as they are delivered: the jar with its AOT cache, where the build has left them and
# nothing is newer; nothing where nodes have to run from compiled classes. Run at the root of the checkout.
set -euo pipefail
jar=target/herald-fat.jar
if [ -s $jar ] && [ target/herald-fat.aot -nt $jar ] && [ target/herald-fat-attached.aot -nt $jar ] && [ target/herald-fat-control.aot -nt $jar ] &&
  [ -z "$(find pom.xml verticles cluster-config conf/java.options -newer target/herald-fat.aot -print -quit)" ]; then
  printf '%s\n' "-Dherald.lab.jar=$PWD/$jar"
fi
