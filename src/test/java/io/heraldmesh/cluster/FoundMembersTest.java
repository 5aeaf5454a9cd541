package io.heraldmesh.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.Namespaces;
import io.heraldmesh.TestAuthority;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Members on two hosts find each other in each of the ways for which there is a file. What answers
 * names, that of the Kubernetes service too, is a hosts file, in place of the DNS; the rest is
 * Hazelcast's own discovery.
 */
@SuppressWarnings("NullAway.Init") // what the tests begin with
class FoundMembersTest {
  private static final Duration WITHIN = Duration.ofSeconds(90);
  private static final String FIRST = "10.77.5.1";
  private static final String SECOND = "10.77.5.2";
  private static final String[] BY_NAME = {"c1.mesh.test:5701", "c2.mesh.test:5701"};

  @TempDir Path folder;
  private Namespaces hosts;
  private final List<Process> running = new ArrayList<>();

  @BeforeEach
  void begin() throws Exception {
    hosts = new Namespaces();
    MemberProcess.write(folder, new TestAuthority(new FakeClock(Instant.now())));
  }

  @AfterEach
  void stop() throws Exception {
    for (Process process : running) {
      process.getOutputStream().close();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly().onExit().join();
      }
    }
    if (hosts != null) {
      hosts.close();
    }
  }

  @Test
  void podsFindEachOtherByTheNameOfTheirService() throws Exception {
    String service = "herald-control.herald-system.svc.cluster.local";
    Path names = names("%s %s%n%s %s%n".formatted(FIRST, service, SECOND, service));
    foundBy(Path.of("cluster-config/kubernetes.xml"), "-Djdk.net.hosts.file=" + names);
  }

  @Test
  void hostsOfOneNetworkFindEachOtherByMulticast() throws Exception {
    String shipped = Files.readString(Path.of("cluster-config/multicast.xml"));
    String here = shipped.replace(">10.0.0.*<", ">10.77.5.*<");
    assertThat(here).isNotEqualTo(shipped);
    foundBy(Files.writeString(folder.resolve("multicast.xml"), here), "-Dnothing.more=true");
  }

  @Test
  void hostsFindEachOtherByTheirNames() throws Exception {
    Path names = names("%s c1.mesh.test%n%s c2.mesh.test%n".formatted(FIRST, SECOND));
    foundBy(Path.of("cluster-config/tcp-ip.xml"), "-Djdk.net.hosts.file=" + names, BY_NAME);
  }

  @Test
  void aNameThatGetsItsAddressOnlyLaterIsFoundThen() throws Exception {
    Path names = names("");
    String option = "-Djdk.net.hosts.file=" + names;
    Path config = Path.of("cluster-config/tcp-ip.xml");
    List<String> one = start(hosts.inFirst(command("c1", FIRST, config, option, BY_NAME)));
    List<String> two = start(hosts.inSecond(command("c2", SECOND, config, option, BY_NAME)));
    Await.until(WITHIN, "each is alone", () -> one.contains("[c1]") && two.contains("[c2]"));
    names("%s c1.mesh.test%n%s c2.mesh.test%n".formatted(FIRST, SECOND));
    found(one, two);
  }

  private Path names(String lines) throws IOException {
    return Files.writeString(folder.resolve("hosts"), lines);
  }

  private void foundBy(Path config, String option, String... members) throws IOException {
    found(
        start(hosts.inFirst(command("c1", FIRST, config, option, members))),
        start(hosts.inSecond(command("c2", SECOND, config, option, members))));
  }

  private void found(List<String> one, List<String> two) {
    Await.until(
        WITHIN,
        "both are members",
        () -> {
          assertThat(running).allMatch(Process::isAlive);
          return one.contains("[c1, c2]") && two.contains("[c1, c2]");
        });
  }

  private String[] command(
      String name, String address, Path config, String option, String... members) {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx200m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                option,
                "-cp",
                classPath(),
                MemberProcess.class.getName(),
                name,
                address,
                config.toAbsolutePath().toString(),
                folder.toString()));
    words.addAll(List.of(members));
    return words.toArray(String[]::new);
  }

  private List<String> start(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    running.add(process);
    List<String> said = new CopyOnWriteArrayList<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try (BufferedReader reader = process.inputReader()) {
                reader.lines().filter(line -> !said.contains(line)).forEach(said::add);
              } catch (IOException e) {
                said.add("cannot be read: " + e.getMessage());
              }
            });
    return said;
  }

  /** Of this process, whoever loaded its classes. */
  private static String classPath() {
    if (FoundMembersTest.class.getClassLoader() instanceof URLClassLoader loader) {
      return Arrays.stream(loader.getURLs())
          .map(url -> Path.of(URI.create(url.toString())).toString())
          .collect(Collectors.joining(File.pathSeparator));
    }
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
