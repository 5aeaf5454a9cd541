package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The launcher in a checkout of its own: with which JVM options it starts the jar. The JDK there is
 * a script that says how it was called; what the JVM makes of the cache is {@code
 * src/test/bench/footprint.sh}'s.
 */
class LauncherTest {
  private final Instant now = Instant.now();

  @TempDir Path folder;
  private Path root;
  private Path jdk;

  @BeforeEach
  void checkout() throws IOException {
    root = Files.createDirectory(folder.resolve("checkout"));
    Files.copy(Path.of("herald"), root.resolve("herald"), StandardCopyOption.COPY_ATTRIBUTES);
    for (String source : new String[] {"verticles", "cluster-config", "conf/demo", "target"}) {
      Files.createDirectories(root.resolve(source));
    }
    Files.copy(Path.of("pom.xml"), root.resolve("pom.xml"));
    Files.copy(Path.of("conf/java.options"), root.resolve("conf/java.options"));
    jdk = jdk("jdk", "build 7");
    Files.writeString(root.resolve("target/herald-fat.jar"), "jar");
    Files.writeString(root.resolve("target/herald-fat.aot"), "cache");
    Files.copy(jdk.resolve("release"), root.resolve("target/herald-fat.aot.jdk"));
    for (String old : new String[] {"verticles", "cluster-config", "conf/demo", "pom.xml"}) {
      changed(old, -100);
    }
    changed("conf/java.options", -100);
    changed("target/herald-fat.jar", -50);
    changed("target/herald-fat.aot", -40);
  }

  @Test
  void theCacheIsUsedWithTheOptionsItWasMadeWith() throws Exception {
    assertThat(launch(Map.of()))
        .containsSubsequence(
            "@" + root.resolve("conf/java.options"),
            "-XX:AOTCache=" + root.resolve("target/herald-fat.aot"),
            "-jar",
            root.resolve("target/herald-fat.jar").toString(),
            "lint",
            "a folder");
  }

  /**
   * Each loads other classes than one of proxies alone, whose cache does where there is no other.
   */
  @ParameterizedTest
  @CsvSource({
    "--config node.yaml, attached, attached: {to: [c1.example]}",
    "--config=node.yaml, attached, attached: {to: [c1.example]}",
    "--config node.yaml, control, 'cluster: {listen: 10.0.0.1:5701}'",
    "--config=node.yaml, control, 'control: {listen: 0.0.0.0:15012}'"
  })
  void anotherKindOfNodeHasACacheOfItsOwn(String named, String kind, String line) throws Exception {
    Path file = folder.resolve("node.yaml");
    Files.writeString(file, "spec:\n  " + line + "\n");
    String[] run = ("run " + named.replace("node.yaml", file.toString())).split(" ", -1);
    assertThat(launch(Map.of(), run)).contains(cache(""));
    Path own = root.resolve("target/herald-fat-" + kind + ".aot");
    Files.writeString(own, "cache");
    Files.copy(jdk.resolve("release"), own.resolveSibling(own.getFileName() + ".jdk"));
    assertThat(launch(Map.of(), run)).contains(cache("-" + kind)).doesNotContain(cache(""));
    Files.writeString(file, "spec:\n  roles: [proxy]\n");
    assertThat(launch(Map.of(), run)).contains(cache(""));
  }

  /** What its proxies load is the most of it. */
  @Test
  void aControlNodeWithWorkloadsHasTheCacheOfProxies() throws Exception {
    Path own = root.resolve("target/herald-fat-control.aot");
    Files.writeString(own, "cache");
    Files.copy(jdk.resolve("release"), own.resolveSibling(own.getFileName() + ".jdk"));
    Path file = folder.resolve("node.yaml");
    Files.writeString(file, "spec:\n  control: {listen: 0.0.0.0:15012}\n  workloads:\n  - {}\n");
    assertThat(launch(Map.of(), "run", "--config", file.toString())).contains(cache(""));
  }

  private String cache(String kind) {
    return "-XX:AOTCache=" + root.resolve("target/herald-fat" + kind + ".aot");
  }

  @Test
  void anOperatorsOptionsComeLastSoThatTheyCount() throws Exception {
    assertThat(launch(Map.of("HERALD_JAVA_OPTS", "-Xmx1g -Xlog:gc")))
        .containsSubsequence("@" + root.resolve("conf/java.options"), "-Xmx1g", "-Xlog:gc", "-jar");
  }

  @Test
  void anOlderCacheThanTheJarIsNotUsed() throws Exception {
    changed("target/herald-fat.aot", -60);
    assertNotUsed();
  }

  @Test
  void aCacheOfOtherOptionsIsNotUsed() throws Exception {
    changed("conf/java.options", -10);
    assertNotUsed();
  }

  @Test
  void aCacheOfAnotherJdkIsNotUsed() throws Exception {
    jdk = jdk("other", "build 8");
    assertNotUsed();
  }

  @Test
  void withoutACacheTheJarIsStartedAllTheSame() throws Exception {
    Files.delete(root.resolve("target/herald-fat.aot"));
    assertNotUsed();
  }

  @Test
  void aCacheThatNobodyKnowsTheJdkOfIsNotUsed() throws Exception {
    Files.delete(root.resolve("target/herald-fat.aot.jdk"));
    assertNotUsed();
  }

  @Test
  void whatABuildLeavesAsItWasIsNotBuiltAgainAtEachStart() throws Exception {
    Path builds = folder.resolve("builds");
    Map<String, String> path = Map.of("PATH", maven(builds) + ":" + System.getenv("PATH"));
    changed("verticles", -10); // a source that was touched, of which Maven makes the same jar
    launch(path);
    assertThat(builds).hasContent("built\n");
    launch(path);
    assertThat(builds).hasContent("built\n");
    changed("verticles", 10);
    launch(path);
    assertThat(builds).hasContent("built\nbuilt\n");
  }

  /** A folder with a Maven that changes nothing and says each time that it ran. */
  private Path maven(Path builds) throws IOException {
    Path bin = Files.createDirectory(folder.resolve("maven"));
    Path mvn = Files.writeString(bin.resolve("mvn"), "#!/bin/sh\necho built >> '" + builds + "'\n");
    Files.setPosixFilePermissions(mvn, PosixFilePermissions.fromString("rwxr-xr-x"));
    return bin;
  }

  /** A unit of the system's own has none. */
  @Test
  void aHomeFolderIsNotNeeded() throws Exception {
    Path said = folder.resolve("said");
    ProcessBuilder launcher = new ProcessBuilder(root.resolve("herald").toString(), "lint", "x");
    launcher.environment().keySet().removeAll(List.of("HOME", "JAVA_HOME"));
    launcher.environment().put("PATH", "/usr/bin:/bin"); // no JDK that is new enough
    Process process = launcher.redirectErrorStream(true).redirectOutput(said.toFile()).start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(said)).doesNotContain("unbound variable");
  }

  private void assertNotUsed() throws Exception {
    assertThat(launch(Map.of()))
        .contains("-jar", "lint")
        .noneMatch(argument -> argument.startsWith("-XX:AOT"));
  }

  private void changed(String file, int seconds) throws IOException {
    Files.setLastModifiedTime(root.resolve(file), FileTime.from(now.plusSeconds(seconds)));
  }

  /** A JDK that says with which arguments it was called, one a line. */
  private Path jdk(String name, String build) throws IOException {
    Path home = folder.resolve(name);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(
        home.resolve("release"), "JAVA_VERSION=\"25.0.1\"\nSOURCE=\"" + build + "\"\n");
    Path java = home.resolve("bin/java");
    Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    return home;
  }

  /** How the JDK was called by {@code herald lint "a folder"}. */
  private List<String> launch(Map<String, String> environment) throws Exception {
    return launch(environment, "lint", "a folder");
  }

  private List<String> launch(Map<String, String> environment, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(root.resolve("herald").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder launcher = new ProcessBuilder(command);
    launcher.environment().remove("HERALD_JAVA_OPTS");
    launcher.environment().put("JAVA_HOME", jdk.toString());
    launcher.environment().putAll(environment);
    Path said = folder.resolve("said");
    Process process = launcher.redirectErrorStream(true).redirectOutput(said.toFile()).start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(said)).isZero();
    return Files.readAllLines(said, StandardCharsets.UTF_8);
  }
}
