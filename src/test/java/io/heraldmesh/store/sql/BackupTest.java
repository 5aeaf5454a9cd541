package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.PostgresServer;
import io.heraldmesh.store.AuditLog;
import io.heraldmesh.store.AuthorityCertificate;
import io.heraldmesh.store.ImportResult;
import io.heraldmesh.store.JoinToken;
import io.heraldmesh.store.PostgresSettings;
import io.heraldmesh.store.ResourceChange;
import io.heraldmesh.store.ResourceChange.Expected;
import io.heraldmesh.store.ResourceKey;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.StateFileException;
import io.heraldmesh.store.StateSummary;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import io.heraldmesh.store.StoredResource;
import io.heraldmesh.store.TokenUse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What was exported is the state again after an import, and what must not come back does not. */
class BackupTest {
  private static final Instant NOW = TestRows.NOW;
  private static final Instant LATER = NOW.plusSeconds(86_400);
  private static final ResourceKey A = new ResourceKey("v/Kind", "ns", "a");
  private static final ResourceKey B = new ResourceKey("v/Kind", "", "b");
  private static final String ANN = "spiffe://mesh.test/herald/operator/ann";

  @TempDir Path folder;

  /** A database of one of the two kinds. */
  private interface Place {
    Store open();

    Backup toWrite();
  }

  private Place place(String kind, String name) {
    if (kind.equals("sqlite")) {
      Path file = folder.resolve(name + ".db");
      return new Place() {
        @Override
        public Store open() {
          return SqliteStore.open(file);
        }

        @Override
        public Backup toWrite() {
          return Backup.toWrite(file);
        }
      };
    }
    PostgresSettings settings = PostgresServer.shared().settings();
    return new Place() {
      @Override
      public Store open() {
        return PostgresStore.open(settings);
      }

      @Override
      public Backup toWrite() {
        return Backup.of(settings);
      }
    };
  }

  @ParameterizedTest
  @CsvSource({"sqlite,sqlite", "postgres,postgres", "sqlite,postgres", "postgres,sqlite"})
  void everythingIsThereAgain(String fromKind, String toKind) throws Exception {
    Place from = place(fromKind, "from");
    Place to = place(toKind, "to");
    filled(from);
    Path file = export(from);
    ImportResult result = importInto(to, file, false, LATER);
    Revision fresh = new Revision(LATER.getEpochSecond(), 0);
    assertThat(result).isEqualTo(new ImportResult.Imported(Backup.inspect(file), fresh, 1));
    try (Store old = from.open();
        Store restored = to.open()) {
      assertThat(restored.resources().all().resources())
          .isEqualTo(old.resources().all().resources())
          .hasSize(1);
      assertThat(restored.resources().history(A, 100)).isEqualTo(old.resources().history(A, 100));
      assertThat(restored.resources().history(B, 100)).isEqualTo(old.resources().history(B, 100));
      assertThat(restored.registrations().all()).isEqualTo(old.registrations().all()).hasSize(2);
      assertThat(restored.registrations().voidBefores(NOW))
          .isEqualTo(Map.of("gone", NOW.plusSeconds(60)));
      assertThat(restored.authority().certificates())
          .isEqualTo(old.authority().certificates())
          .hasSize(1);
      assertThat(restored.authority().trustDomain()).contains("mesh.test");
      assertThat(restored.issuanceLog().size()).isEqualTo(1200);
      assertThat(restored.issuanceLog().find("7")).isEqualTo(old.issuanceLog().find("7"));
      List<AuditLog.Entry> audit = restored.audit().list(0, 10);
      assertThat(audit.getFirst().event().action()).isEqualTo("state.import");
      assertThat(audit.subList(1, audit.size())).isEqualTo(old.audit().list(0, 10));
      assertThat(restored.revisions().current()).isEqualTo(fresh);
      assertThat(restored.tokens().all())
          .extracting(JoinToken::hash)
          .containsExactly(TestRows.hash("used"));
    }
  }

  @ParameterizedTest
  @CsvSource({"sqlite", "postgres"})
  void whatHappenedSinceTheBackupIsNotForgotten(String kind) throws Exception {
    Place place = place(kind, "x");
    filled(place);
    Path file = export(place);
    try (Store store = place.open()) {
      StoreFixture.await(store.issuanceLog().append(List.of(TestRows.record("late"))));
      StoreFixture.await(store.audit().append(TestRows.event("late")));
      store.tokens().create(TestRows.token("late", "n3", Set.of("ns/late")));
      store.tokens().create(TestRows.token("later", "n4", Set.of("ns/later")));
      store.tokens().use(TestRows.hash("late"), "n3", "key", NOW);
      store.tokens().use(TestRows.hash("unused"), "n3", "key", NOW);
      apply(store, A, "late");
      apply(store, B, "late");
      store.registrations().revoke("n1", NOW, NOW.plusSeconds(90), TestRows.event("n1"));
      store.registrations().add(TestRows.registration("gone", "sa"));
      store.registrations().revoke("gone", NOW, NOW.plusSeconds(90), TestRows.event("again"));
    }
    ImportResult result = importInto(place, file, true, LATER);
    assertThat(result).isInstanceOf(ImportResult.Imported.class);
    try (Store store = place.open()) {
      assertThat(store.issuanceLog().size()).isEqualTo(1201);
      assertThat(store.issuanceLog().find("late")).isPresent();
      assertThatExceptionOfType(java.util.concurrent.ExecutionException.class)
          .isThrownBy(
              () ->
                  StoreFixture.await(store.issuanceLog().append(List.of(TestRows.record("late")))))
          .withMessageContaining("constraint");
      Map<String, String> nodes = Map.of("used", "n2", "late", "n3", "unused", "n3");
      nodes.forEach(
          (token, node) ->
              assertThat(store.tokens().use(TestRows.hash(token), node, "thief", NOW))
                  .isEqualTo(new TokenUse.Refused(TokenUse.Why.USED)));
      assertThat(store.tokens().use(TestRows.hash("later"), "n4", "thief", NOW))
          .isEqualTo(new TokenUse.Refused(TokenUse.Why.UNKNOWN));
      assertThat(store.registrations().all()).hasSize(2);
      assertThat(store.registrations().voidBefores(NOW))
          .isEqualTo(Map.of("n1", NOW.plusSeconds(90), "gone", NOW.plusSeconds(90)));
      assertThat(store.audit().list(0, 10)).extracting(e -> e.event().subject()).contains("late");
      Revision epoch = new Revision(LATER.getEpochSecond(), 0);
      assertThat(store.resources().all().resources())
          .containsExactly(new StoredResource(A, epoch, "2", "herald state import", LATER));
      assertThat(store.resources().history(A, 10))
          .extracting(StoredResource::content)
          .containsExactly("2", "late", "2", "1");
      assertThat(store.resources().history(B, 10))
          .extracting(StoredResource::content)
          .containsExactly(null, "late", null, "1");
    }
  }

  @ParameterizedTest
  @CsvSource({"sqlite", "postgres"})
  void stateThatIsThereIsNotReplacedUnlessTold(String kind) throws Exception {
    Place place = place(kind, "x");
    filled(place);
    Path file = export(place);
    try (Store store = place.open()) {
      apply(store, A, "mine");
    }
    assertThat(importInto(place, file, false, LATER)).isInstanceOf(ImportResult.NotEmpty.class);
    try (Store store = place.open()) {
      assertThat(store.resources().get(A).orElseThrow().content()).isEqualTo("mine");
    }
  }

  @Test
  void oneBackupRestoredTwiceIsNewerEachTime() throws Exception {
    Place one = place("sqlite", "one");
    filled(one);
    Path file = export(one);
    importInto(place("sqlite", "two"), file, false, LATER);
    Place third = place("sqlite", "three");
    importInto(third, file, false, LATER.plusSeconds(60));
    try (Store store = third.open()) {
      assertThat(store.revisions().current())
          .isEqualTo(new Revision(LATER.getEpochSecond() + 60, 0));
    }
    importInto(third, file, true, LATER);
    try (Store store = third.open()) {
      assertThat(store.revisions().current())
          .as("also when the clock went back")
          .isEqualTo(new Revision(LATER.getEpochSecond() + 61, 0));
    }
  }

  @Test
  void theFileOfAStoreThatIsWrittenIsReadAtOneMoment() throws Exception {
    Place place = place("sqlite", "x");
    filled(place);
    try (Store running = place.open()) {
      apply(running, A, "while it runs");
      Path file = folder.resolve("hot.jsonl");
      try (Backup beside = Backup.toRead(folder.resolve("x.db"));
          var out = Files.newOutputStream(file)) {
        beside.export(out, NOW);
      }
      assertThat(Files.readString(file)).contains("while it runs");
      apply(running, A, "afterwards");
      importInto(place("sqlite", "y"), file, false, LATER);
    }
    try (Store store = place("sqlite", "y").open()) {
      assertThat(store.resources().get(A).orElseThrow().content()).isEqualTo("while it runs");
    }
  }

  @Test
  void aBackupBesideARunningStoreCannotWrite() throws Exception {
    Place place = place("sqlite", "x");
    filled(place);
    Path file = export(place);
    try (Store running = place.open()) {
      assertThat(running.issuanceLog().size()).isEqualTo(1200);
      try (Backup beside = Backup.toRead(folder.resolve("x.db"))) {
        assertThatExceptionOfType(StoreException.class)
            .isThrownBy(() -> beside.importFrom(file, true, LATER))
            .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NOT_WRITABLE));
      }
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> Backup.toWrite(folder.resolve("x.db")).close())
          .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.IN_USE));
    }
  }

  @Test
  void aServerThatNodesUseIsNotOverwritten() throws Exception {
    Place place = place("postgres", "x");
    filled(place);
    Path file = export(place);
    try (Store running = place.open()) {
      assertThat(running.issuanceLog().size()).isEqualTo(1200);
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> importInto(place, file, true, LATER))
          .withMessageContaining("stop them first")
          .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.IN_USE));
    }
  }

  @Test
  void anotherMeshsStateIsRefused() throws Exception {
    Place from = place("sqlite", "from");
    filled(from);
    Path file = export(from);
    Place to = place("sqlite", "to");
    try (Store store = to.open()) {
      store.authority().claim("other.test");
    }
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> importInto(to, file, true, LATER))
        .withMessageContaining("other.test")
        .withMessageContaining("mesh.test")
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.FOREIGN));
  }

  @Test
  void aFileThatIsNotWholeChangesNothing() throws Exception {
    Place from = place("sqlite", "from");
    filled(from);
    String whole = Files.readString(export(from));
    List<String> lines = whole.lines().toList();
    Place to = place("sqlite", "to");
    for (String bad :
        List.of(
            "",
            "hello\n",
            "{}\n",
            whole.substring(0, whole.length() / 2),
            whole.substring(0, whole.length() - 2),
            whole + "{}\n",
            whole.replaceFirst("mesh\\.test", "evil.test"),
            without(lines, lines.size() / 2),
            without(lines, lines.size() - 1),
            whole.replaceFirst("\"format\":1", "\"format\":2"),
            whole.replaceFirst("\"tables\":3", "\"tables\":4"),
            whole.replaceFirst("\"serial\":\"7\"", "\"serial\":7"),
            whole.replaceFirst("\"serial\":\"7\"", "\"serial\":\"7\",\"serial\":\"8\""),
            whole.replaceFirst("\"serial\":\"7\"", "\"serial\":\"7\",\"more\":1"),
            whole.replaceFirst("\"table\":\"audit\"", "\"table\":\"pg_authid\""))) {
      Path file = Files.writeString(folder.resolve("bad.jsonl"), bad);
      assertThat(bad).isNotEqualTo(whole);
      assertThatExceptionOfType(StateFileException.class)
          .as(bad.length() > 200 ? "of " + bad.length() : bad)
          .isThrownBy(() -> importInto(to, file, true, LATER))
          .withMessageContaining(file.toString());
    }
    try (Store store = to.open()) {
      assertThat(store.revisions().current()).isEqualTo(new Revision(1, 0));
      assertThat(store.issuanceLog().size()).isZero();
    }
  }

  @Test
  void aForgedFileWithARightSumIsRefusedRowByRow() throws Exception {
    Place from = place("sqlite", "from");
    filled(from);
    List<String> lines = Files.readString(export(from)).lines().toList();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (String line : lines.subList(0, lines.size() - 1)) {
      body.write(
          (line.replace("\"service_account\":\"sa\"", "\"service_account\":\"evil\"") + "\n")
              .getBytes(StandardCharsets.UTF_8));
    }
    String sum =
        java.util.HexFormat.of()
            .formatHex(
                java.security.MessageDigest.getInstance("SHA-256").digest(body.toByteArray()));
    body.write(
        (lines.getLast().replaceFirst("\"sha256\":\"[0-9a-f]*\"", "\"sha256\":\"" + sum + "\"")
                + "\n")
            .getBytes(StandardCharsets.UTF_8));
    Path file = folder.resolve("forged.jsonl");
    Files.write(file, body.toByteArray());
    Place to = place("sqlite", "to");
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> importInto(to, file, false, LATER))
        .withMessageContaining("registration of ns/evil");
    try (Store store = to.open()) {
      assertThat(store.registrations().all()).isEmpty();
    }
  }

  @Test
  void noSecretIsInTheFile() throws Exception {
    Place from = place("sqlite", "from");
    filled(from);
    assertThat(Files.readString(export(from)))
        .contains(TestRows.hash("used"))
        .doesNotContain("\"used\"")
        .doesNotContain("PRIVATE KEY");
  }

  private static String without(List<String> lines, int line) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      if (i != line) {
        text.append(lines.get(i)).append('\n');
      }
    }
    return text.toString();
  }

  private static void filled(Place place) throws Exception {
    try (Store store = place.open()) {
      store.authority().claim("mesh.test");
      store
          .authority()
          .put(
              new AuthorityCertificate(
                  "aa",
                  AuthorityCertificate.Kind.ROOT,
                  AuthorityCertificate.Phase.ACTIVE,
                  "PEM\n",
                  "",
                  NOW));
      StoreFixture.await(
          store
              .issuanceLog()
              .append(
                  IntStream.range(0, 1200)
                      .mapToObj(i -> TestRows.record(Integer.toString(i)))
                      .toList()));
      StoreFixture.await(store.audit().append(TestRows.event("x")));
      apply(store, A, "1");
      apply(store, A, "2");
      apply(store, B, "1");
      store.resources().apply(List.of(new ResourceChange(B, null, new Expected.Any())), ANN, NOW);
      store.registrations().add(TestRows.registration("gone", "sa"));
      store.registrations().revoke("gone", NOW, NOW.plusSeconds(60), TestRows.event("revoke"));
      store.registrations().add(TestRows.registration("n1", "sa"));
      store.tokens().create(TestRows.token("used", "n2", Set.of("ns/sa")));
      store.tokens().create(TestRows.token("unused", "n3", Set.of("ns/sa")));
      store.tokens().use(TestRows.hash("used"), "n2", "key", NOW);
    }
  }

  private static void apply(Store store, ResourceKey key, String content) {
    store
        .resources()
        .apply(List.of(new ResourceChange(key, content, new Expected.Any())), ANN, NOW);
  }

  private Path export(Place place) throws IOException {
    Path file = Files.createTempFile(folder, "state", ".jsonl");
    try (Backup backup = place.toWrite();
        var out = Files.newOutputStream(file)) {
      StateSummary summary = backup.export(out, NOW);
      assertThat(summary.trustDomain()).isEqualTo("mesh.test");
    }
    return file;
  }

  private static ImportResult importInto(Place place, Path file, boolean replace, Instant now) {
    try (Backup backup = place.toWrite()) {
      return backup.importFrom(file, replace, now);
    }
  }
}
