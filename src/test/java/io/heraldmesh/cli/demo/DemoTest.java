package io.heraldmesh.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.cli.HeraldCommand;
import io.heraldmesh.proxy.HostPort;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The walk is honest: it passes under its own policies, and fails exactly where one is missing. */
class DemoTest {
  private static final Path POLICIES = Path.of("conf/demo");
  private static final Pattern FAILED = Pattern.compile("(?m)^ *(\\d+)  FAIL ");

  @TempDir Path folder;

  @Test
  void everyRowIsAsExpectedUnderTheDemosOwnPolicies() {
    Run run = run("--once");
    assertThat(run.failed()).isEmpty();
    assertThat(run.exit()).isZero();
    assertThat(run.out()).contains("14 of 14 as expected").contains("curl -i -x http://127.0.0.1:");
  }

  @ParameterizedTest
  @CsvSource({
    "strict-mtls.yaml, 1",
    "payments-callers.yaml, 3 14",
    "orders-access.yaml, 6 11",
    "orders-tokens.yaml, 7 8 9 10 12"
  })
  void withoutAPolicyExactlyItsRowsFail(String removed, String rows) throws IOException {
    try (Stream<Path> files = Files.list(POLICIES)) {
      for (Path file : files.filter(f -> !f.endsWith(removed)).toList()) {
        Files.copy(file, folder.resolve(String.valueOf(file.getFileName())));
      }
    }
    assertThat(POLICIES.resolve(removed)).exists();
    Run run = run("--once", "--policies", folder.toString());
    assertThat(run.failed()).containsExactly(rows.split(" "));
    assertThat(run.exit()).isEqualTo(1);
  }

  /**
   * The proxy's own source with the checks of the server's name taken out, in the handshake and of
   * a call that had to wait for it, compiled and put in front of the real classes: the
   * impersonation row, and no other, must notice.
   */
  @Test
  void withoutTheNameCheckTheImpostorGetsThroughAndTheWalkFails() throws Exception {
    Path handshake = mutant("tls/MeshTrust", "if (!allowed.contains(id)) {", "if (id == null) {");
    Path call =
        mutant(
            "proxy/upstream/Route", "return servers.contains(server);", "return server != null;");
    String classPath = System.getProperty("java.class.path");
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-nowarn",
                "-cp",
                classPath,
                "-d",
                folder.toString(),
                handshake.toString(),
                call.toString());
    assertThat(compiled).isZero();
    Path output = folder.resolve("out.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                folder + System.getProperty("path.separator") + classPath,
                "io.heraldmesh.cli.Main",
                "demo",
                "--once")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    Run run = new Run(process.exitValue(), Files.readString(output));
    assertThat(run.failed()).containsExactly("5");
    assertThat(run.out()).contains("service saw cluster.local/ns/shop/sa/web");
    assertThat(run.exit()).isEqualTo(1);
  }

  private Path mutant(String source, String check, String instead) throws IOException {
    Path original = Path.of("verticles/io/heraldmesh", source + ".java");
    String text = Files.readString(original);
    assertThat(text).contains(check);
    return Files.writeString(folder.resolve(original.getFileName()), text.replace(check, instead));
  }

  @Test
  void aServiceOfTheUsersOwnIsProtectedToo() throws Exception {
    try (Demo demo =
        new Demo(new DemoOptions(0, Map.of("mine", new HostPort("127.0.0.1", 1)), null, false))) {
      // Nothing listens at port 1: the mesh answers for it, and the direct way is closed.
      assertThat(WireClient.once(demo.inbound("mine"), "GET", "mine.shop", "/", List.of()).status())
          .isZero();
      assertThat(
              WireClient.once(demo.outbound("web"), "GET", "mine.shop:8080", "/", List.of())
                  .status())
          .isEqualTo(503);
    }
  }

  @Test
  void nothingIsLeftBehind() throws IOException {
    Path copy;
    try (Demo demo = new Demo(new DemoOptions(0, Map.of(), null, false))) {
      copy = demo.folder().getParent();
      assertThat(copy).exists();
    }
    assertThat(copy).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "--service=mine",
    "--service=Mine=127.0.0.1:80",
    "--service=mine=nonsense",
    "--port=70000",
    "--policies=/does/not/exist",
    "--nonsense"
  })
  void wrongUsageEndsWith2AndSaysWhat(String option) {
    Run run = run("--once", option);
    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.out()).contains(option.replaceFirst("=.*", ""));
  }

  private record Run(int exit, String out) {

    /** Numbers of the rows that were not as expected. */
    List<String> failed() {
      return FAILED.matcher(out).results().map(m -> m.group(1)).toList();
    }
  }

  private static Run run(String... args) {
    StringWriter out = new StringWriter();
    PrintWriter writer = new PrintWriter(out);
    String[] all = Stream.concat(Stream.of("demo"), Stream.of(args)).toArray(String[]::new);
    int exit = HeraldCommand.commandLine().setOut(writer).setErr(writer).execute(all);
    writer.flush();
    return new Run(exit, out.toString());
  }
}
