package io.heraldmesh.jwks;

import static io.heraldmesh.jwks.KeyServer.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.heraldmesh.Await;
import io.heraldmesh.LogLines;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.KeySource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The last good set outlives the process; a file that is not what was written is never used. */
class KeptKeySetTest {
  /** A fetch takes milliseconds, but the machine may be busy. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path state;
  private final Vertx vertx = Vertx.vertx();
  private Path folder;
  private KeyServer server;
  private KeySource source;
  private ManualTimers timers = new ManualTimers();
  private @Nullable KeySetService service;

  @BeforeEach
  void start() throws Exception {
    folder = state.resolve("jwks");
    server = KeyServer.start(vertx, "localhost");
    server.serve(new JWKSet(new ECKeyGenerator(Curve.P_256).keyID("a").generate()).toString());
    source = new KeySource.Remote(server.uri("/jwks"));
    started();
    Await.until("the set is kept", () -> !files().isEmpty());
  }

  @AfterEach
  void stop() {
    stopService();
    server.close();
    await(vertx.close());
  }

  @Test
  void aFileIsForThisUserOnlyAndWholeAtAnyTime() throws IOException {
    assertThat(files()).singleElement().asString().endsWith(".json");
    assertThat(mode(files().getFirst())).isEqualTo("rw-------");
    assertThat(mode(folder)).isEqualTo("rwx------");
    assertThat(Files.readString(files().getFirst())).contains("\"format\":1", source(source));
  }

  @Test
  void aRestartWhileTheIssuerIsAwayHasTheKeysAndSaysHowOldTheyAre() {
    server.behave(request -> request.response().setStatusCode(503).end());
    KeySetService again = started();
    assertThat(held(again)).isNotNull();
    assertThat(again.health().getFirst())
        .satisfies(h -> assertThat(h.kept()).isTrue())
        .satisfies(h -> assertThat(h.lastSuccess()).isEqualTo(START))
        .satisfies(h -> assertThat(h.lastError()).isEqualTo("server answered with status 503"));
  }

  @Test
  void aStartDoesNotWaitLongForAnIssuerThatHangs() throws InterruptedException {
    server.behave(request -> {});
    stopService();
    KeySetService again = service();
    Future<Void> tried = again.watch(Map.of(source, Duration.ofSeconds(60)));
    ManualTimers.Entry patience = timers.next();
    while (!patience.delay().equals(Duration.ofSeconds(1))) {
      patience = timers.next();
    }
    assertThat(tried.isComplete()).isFalse();
    patience.fire();
    await(tried);
    assertThat(held(again)).isNotNull();
  }

  @Test
  void whatIsNewIsTakenAtAStartAndKept() throws Exception {
    String before = Files.readString(files().getFirst());
    server.serve(new JWKSet(new ECKeyGenerator(Curve.P_256).keyID("b").generate()).toString());
    KeySetService again = started();
    assertThat(held(again).keys().getFirst().kid()).isEqualTo("b");
    assertThat(again.health().getFirst().kept()).isFalse();
    Await.until("the new set is kept", () -> !read(files()).equals(List.of(before)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "null",
        "[]",
        "{\"format\":1}",
        "{\"format\":1,\"source\":null,\"fetched\":\"x\",\"keySet\":\"\",\"sha256\":\"\"}",
        "\u0000\u0000\u0000"
      })
  void aFileThatIsNoneIsIgnored(String content) throws IOException {
    Files.writeString(files().getFirst(), content);
    assertNothingIsTaken();
  }

  @Test
  void aFileThatWasCutOffAnywhereIsIgnored() throws IOException {
    byte[] whole = Files.readAllBytes(files().getFirst());
    Files.write(files().getFirst(), Arrays.copyOf(whole, whole.length / 2));
    assertNothingIsTaken();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"format\":1|\"format\":2",
        "2026-01-01|2027-01-01",
        "P-256|P-384",
        "jwksUri https|jwksUri http",
        "\"sha256\":\"|\"sha256\":\"0",
        "{\"format\"|{\"extra\":1,\"format\"",
      })
  void aFileThatWasEditedIsIgnored(String edit) throws IOException {
    String[] parts = edit.split("\\|", -1);
    Path file = files().getFirst();
    String text = Files.readString(file);
    assertThat(text).contains(parts[0]);
    Files.writeString(file, text.replace(parts[0], parts[1]));
    assertNothingIsTaken();
  }

  @Test
  void theFileOfAnotherSourceIsIgnored() throws IOException {
    Path file = files().getFirst();
    KeySource other = new KeySource.Remote(server.uri("/other"));
    stopService();
    server.behave(request -> request.response().setStatusCode(503).end());
    Files.copy(file, folder.resolve(KeptFile.sha256("jwksUri " + source(other)) + ".json"));
    KeySetService again = service();
    await(again.watch(Map.of(other, PATIENCE)));
    assertThat(again.current().get(other)).isNull();
  }

  @Test
  void aLinkOrAFolderInItsPlaceIsIgnored() throws IOException {
    Path file = files().getFirst();
    Path elsewhere = Files.move(file, state.resolve("elsewhere"));
    Files.createSymbolicLink(file, elsewhere);
    assertNothingIsTaken();
    Files.delete(file);
    Files.createDirectory(file);
    assertNothingIsTaken();
  }

  @Test
  void aSetThatCannotBeWrittenIsUsedAllTheSame() throws IOException {
    stopService();
    Files.delete(files().getFirst());
    Files.delete(folder);
    Files.writeString(folder, "a file where the folder should be");
    assertThat(held(started())).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSetThatCouldNotBeWrittenIsOnceThereIsRoomThoughItIsTheSame(boolean issuerAway)
      throws IOException {
    stopService();
    Files.delete(files().getFirst());
    Files.delete(folder);
    Files.writeString(folder, "a file where the folder should be");
    timers = new ManualTimers();
    try (LogLines log = new LogLines()) {
      assertThat(held(started())).isNotNull();
      Await.until(
          "it cannot be written",
          () -> log.warnings().stream().anyMatch(line -> line.startsWith("jwks_not_kept")));
    }
    Files.delete(folder);
    if (issuerAway) {
      server.behave(request -> request.response().setStatusCode(503).end());
    }

    Await.until(
        "the set is kept",
        () -> {
          timers.wind(KeySetSettings.DEFAULTS.refresh());
          return !files().isEmpty();
        });
    stopService();
    server.behave(request -> request.response().setStatusCode(503).end());
    assertThat(held(started())).as("after a restart").isNotNull();
  }

  @Test
  void whatPolicyNoLongerNamesIsDeletedAfterAWhile() throws Exception {
    timers = new ManualTimers();
    stopService();
    KeySetService running = service();
    await(running.watch(Map.of()));
    ManualTimers.Entry sweep = timers.next();
    assertThat(sweep.delay()).isEqualTo(Duration.ofMinutes(10));
    assertThat(files()).hasSize(1);
    sweep.fire();
    Await.until("the file is gone", () -> files().isEmpty());
  }

  private void assertNothingIsTaken() {
    server.behave(request -> request.response().setStatusCode(503).end());
    KeySetService again = started();
    assertThat(again.current().get(source)).isNull();
    assertThat(again.health().getFirst().usable()).isFalse();
  }

  private KeySet held(KeySetService of) {
    return Objects.requireNonNull(of.current().get(source), "no set in force");
  }

  /** A new process, as far as key sets go; it has tried to fetch. */
  private KeySetService started() {
    stopService();
    KeySetService starting = service();
    await(starting.watch(Map.of(source, PATIENCE)));
    return starting;
  }

  private KeySetService service() {
    service =
        new KeySetService(
            vertx,
            KeySetSettings.DEFAULTS
                .withReach(new Reach(true, address -> false, server.root, false, Map.of()))
                .withFolder(folder),
            new SimpleMeterRegistry(),
            () -> START,
            new Random(1),
            timers);
    return service;
  }

  private void stopService() {
    if (service != null) {
      await(service.close());
      service = null;
    }
  }

  private List<Path> files() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(folder)) {
      return list.filter(file -> file.toString().endsWith(".json")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> read(List<Path> files) {
    return files.stream().map(KeptKeySetTest::text).toList();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static String source(KeySource of) {
    return ((KeySource.Remote) of).uri();
  }
}
