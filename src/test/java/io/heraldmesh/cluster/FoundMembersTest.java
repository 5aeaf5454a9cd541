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
 * Members on two hosts that are told no addresses and find each other in the other ways for which
 * there is a file. What answers the name of the Kubernetes service is a hosts file, in place of the
 * cluster's DNS; the rest is Hazelcast's own discovery.
 */
@SuppressWarnings("NullAway.Init") // what the tests begin with
class FoundMembersTest {
  private static final Duration WITHIN = Duration.ofSeconds(90);
  private static final String FIRST = "10.77.5.1";
  private static final String SECOND = "10.77.5.2";

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
    Path names = folder.resolve("hosts");
    String service = "herald-control.herald-system.svc.cluster.local";
    Files.writeString(names, "%s %s%n%s %s%n".formatted(FIRST, service, SECOND, service));
    foundBy(Path.of("cluster-config/kubernetes.xml"), "-Djdk.net.hosts.file=" + names);
  }

  @Test
  void hostsOfOneNetworkFindEachOtherByMulticast() throws Exception {
    String shipped = Files.readString(Path.of("cluster-config/multicast.xml"));
    String here = shipped.replace(">10.0.0.*<", ">10.77.5.*<");
    assertThat(here).isNotEqualTo(shipped);
    foundBy(Files.writeString(folder.resolve("multicast.xml"), here), "-Dnothing.more=true");
  }

  private void foundBy(Path config, String option) throws IOException {
    List<String> one = start(hosts.inFirst(command("c1", FIRST, config, option)));
    List<String> two = start(hosts.inSecond(command("c2", SECOND, config, option)));
    Await.until(
        WITHIN,
        "both are members",
        () -> {
          assertThat(running).allMatch(Process::isAlive);
          return one.contains("[c1, c2]") && two.contains("[c1, c2]");
        });
  }

  private String[] command(String name, String address, Path config, String option) {
    return new String[] {
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
      folder.toString()
    };
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
