package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.store.Announced;
import io.heraldmesh.store.IssuanceRecord;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00.123Z");

  @TempDir Path folder;

  @Test
  void whatWasAcknowledgedIsThereAfterOpeningAgain() throws Exception {
    try (Store store = SqliteStore.open(file())) {
      await(store.issuanceLog().append(List.of(record("01"), record("02"))));
    }
    try (Store store = SqliteStore.open(file())) {
      assertThat(store.issuanceLog().find("01")).contains(record("01"));
      assertThat(store.issuanceLog().find("03")).isEmpty();
      assertThat(store.issuanceLog().size()).isEqualTo(2);
    }
  }

  @Test
  void aSerialNumberIsLoggedOnceAndItsBatchNotAtAll() throws Exception {
    try (Store store = SqliteStore.open(file())) {
      await(store.issuanceLog().append(List.of(record("01"))));
      CompletableFuture<Void> twice =
          store.issuanceLog().append(List.of(record("02"), record("01")));
      CompletableFuture<Void> other = store.issuanceLog().append(List.of(record("03")));
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> await(twice))
          .withCauseInstanceOf(StoreException.class);
      await(other);
      assertThat(store.issuanceLog().find("02")).isEmpty();
      assertThat(store.issuanceLog().size()).isEqualTo(2);
    }
    SqliteStore.open(file()).close();
  }

  @Test
  void manyThreadsMayAppendAtOnce() throws Exception {
    try (Store store = SqliteStore.open(file())) {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        String prefix = "a" + t;
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      for (int i = 0; i < 100; i++) {
                        CompletableFuture<Void> one =
                            store.issuanceLog().append(List.of(record(prefix + i)));
                        synchronized (all) {
                          all.add(one);
                        }
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      await(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)));
      assertThat(store.issuanceLog().size()).isEqualTo(800);
    }
    SqliteStore.open(file()).close();
  }

  @Test
  void closingWritesWhatIsQueuedAndRefusesWhatComesLater() throws Exception {
    Store store = SqliteStore.open(file());
    List<CompletableFuture<Void>> queued = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      queued.add(store.issuanceLog().append(List.of(record("b" + i))));
    }
    store.close();
    assertThat(queued).allMatch(f -> f.isDone() && !f.isCompletedExceptionally());
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> await(store.issuanceLog().append(List.of(record("late")))))
        .withMessageContaining("closed");
    try (Store again = SqliteStore.open(file())) {
      assertThat(again.issuanceLog().size()).isEqualTo(500);
    }
  }

  @Test
  void revisionsOnlyRiseAlsoOverRestarts() {
    try (Store store = SqliteStore.open(file())) {
      assertThat(store.revisions().current()).isEqualTo(new Revision(1, 0));
      assertThat(store.revisions().next()).isEqualTo(new Revision(1, 1));
      assertThat(store.revisions().next()).isEqualTo(new Revision(1, 2));
    }
    try (Store store = SqliteStore.open(file())) {
      assertThat(store.revisions().next()).isEqualTo(new Revision(1, 3));
      Revision restored = store.revisions().newEpoch();
      assertThat(restored).isEqualTo(new Revision(2, 0)).isGreaterThan(new Revision(1, 3));
      assertThat(store.revisions().next()).isEqualTo(new Revision(2, 1));
    }
  }

  @Test
  void inMemoryWorksTheSameAndLeavesNothing() throws Exception {
    try (Store store = SqliteStore.inMemory()) {
      await(store.issuanceLog().append(List.of(record("01"))));
      assertThat(store.issuanceLog().size()).isEqualTo(1);
      assertThat(store.revisions().next()).isEqualTo(new Revision(1, 1));
    }
    try (Store store = SqliteStore.inMemory()) {
      assertThat(store.issuanceLog().size()).isZero();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void onlyTheOwnerMayReadTheFile() throws Exception {
    SqliteStore.open(file()).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
  }

  @Test
  void aSecondOpenerIsRefused() {
    try (Store first = SqliteStore.open(file())) {
      assertThat(first.revisions().next()).isEqualTo(new Revision(1, 1));
      assertRefused("in use by another process");
    }
  }

  @Test
  void aFileThatIsNoDatabaseIsRefusedAndKept() throws Exception {
    for (byte[] content :
        List.of("hello".getBytes(StandardCharsets.UTF_8), new byte[0], new byte[5000])) {
      Files.write(file(), content);
      assertRefused("restore it from a backup");
      assertThat(Files.readAllBytes(file())).isEqualTo(content);
    }
  }

  @Test
  void aDatabaseOfSomebodyElseIsRefused() throws Exception {
    change("CREATE TABLE x (y)");
    assertRefused("not one of Herald's");
  }

  @Test
  void aNewerFormatIsRefused() throws Exception {
    filled();
    change("PRAGMA user_version = 5");
    assertRefused("format 5", "newer version");
  }

  @Test
  void aFormatThatIsTooOldIsRefused() throws Exception {
    filled();
    change("PRAGMA user_version = 1");
    assertRefused("has format 1", "start a version between the two first");
  }

  @Test
  void aFileOfTheFormatBeforeKeepsAllItHeld() throws Exception {
    IssuanceRecord first = record("1");
    try (Store store = SqliteStore.open(file())) {
      await(store.issuanceLog().append(List.of(first)));
      store.registrations().add(TestRows.registration("n1", "sa"));
      store.tokens().create(TestRows.token("t", "n1", Set.of()));
      store.revisions().next();
    }
    makeFormat3();
    try (Store store = SqliteStore.open(file())) {
      assertThat(store.issuanceLog().find("1")).contains(first);
      assertThat(store.registrations().of("n1")).containsExactly(TestRows.registration("n1", "sa"));
      assertThat(store.tokens().all()).containsExactly(TestRows.token("t", "n1", Set.of()));
      assertThat(store.revisions().next()).isEqualTo(new Revision(1, 2));
      assertThat(store.registrations().addresses()).isEmpty();
      store.registrations().add(TestRows.address("n1", "10.0.0.9"));
      assertThat(
              store
                  .registrations()
                  .revoke("n1", NOW, NOW.plusSeconds(60), TestRows.event("n1"))
                  .there())
          .isTrue();
    }
    try (Store store = SqliteStore.open(file())) {
      assertThat(store.registrations().voidBefore("n1")).contains(NOW.plusSeconds(60));
      assertThat(store.registrations().addresses()).isEmpty();
      assertThat(store.tokens().all()).isEmpty();
    }
  }

  @Test
  void whereNodesWereReachedBeforeTheUpgradeStaysAllowed() throws Exception {
    String said =
        """
        {"workloads": [{"ports": [{"host": "DB.corp"}, {"host": "10.0.0.9"}, {"host": ""}]}]}
        """;
    try (Store store = SqliteStore.open(file())) {
      store
          .announcements()
          .keep(
              List.of(new Announced("n1", 1, said, null), new Announced("n2", 1, "?", null)), null);
    }
    makeFormat3();
    try (Store store = SqliteStore.open(file())) {
      assertThat(store.registrations().addresses())
          .extracting(address -> address.node() + " " + address.address())
          .containsExactly("n1 10.0.0.9", "n1 db.corp");
    }
  }

  @Test
  void damageInAFileOfTheFormatBeforeIsFound() throws Exception {
    try (Store store = SqliteStore.open(file())) {
      await(store.issuanceLog().append(List.of(record("1"))));
    }
    makeFormat3();
    change("DROP TRIGGER issuance_is_not_changed");
    change("UPDATE issuance SET node = 'somebody'");
    assertRefused("issuance record 1");
  }

  /** As the version before this one made it. */
  private void makeFormat3() throws Exception {
    change("DROP TABLE node_address");
    change("ALTER TABLE join_token DROP COLUMN addresses");
    change("DELETE FROM migration WHERE number = 4");
    change("PRAGMA user_version = 3");
  }

  @Test
  void aTruncatedFileIsRefused() throws Exception {
    byte[] whole = filled();
    for (int keep : List.of(whole.length - 4096, whole.length / 2, 100)) {
      Files.write(file(), Arrays.copyOf(whole, keep));
      assertRefused("damaged");
    }
  }

  @Test
  void aChangedRecordIsFound() throws Exception {
    filled();
    change("DROP TRIGGER issuance_is_not_changed");
    change("UPDATE issuance SET spiffe_id = 'spiffe://mesh.test/evil' WHERE serial = '7'");
    assertRefused("issuance record 8");
  }

  @Test
  void aRemovedRecordIsFound() throws Exception {
    filled();
    change("DROP TRIGGER issuance_stays");
    change("DELETE FROM issuance WHERE serial = '7'");
    assertRefused("issuance record 8");
  }

  @Test
  void missingLastRecordsAreFound() throws Exception {
    filled();
    change("DROP TRIGGER issuance_stays");
    change("DELETE FROM issuance WHERE number > 90");
    assertRefused("issuance record 91 is missing");
  }

  @Test
  void aFlippedBitInTheRecordsIsFound() throws Exception {
    byte[] whole = filled();
    String text = new String(whole, StandardCharsets.ISO_8859_1);
    // In all places: some pages hold old copies that are no longer used.
    int places = 0;
    for (int at = text.indexOf("/sa/b"); at >= 0; at = text.indexOf("/sa/b", at + 1)) {
      whole[at + 4] ^= 1;
      places++;
    }
    assertThat(places).isGreaterThanOrEqualTo(100);
    Files.write(file(), whole);
    assertRefused("issuance record");
  }

  @Test
  void aLoweredRevisionIsFound() throws Exception {
    filled();
    change("DROP TRIGGER revision_rises");
    change("UPDATE revision SET number = 0");
    assertRefused("revision");
  }

  @Test
  void aFullDiskIsToldAndNothingIsLostAndThereIsRoomAgain() throws Exception {
    try (Database database = SqliteStore.database(file())) {
      Store store = new DatabaseStore(database);
      await(store.issuanceLog().append(List.of(record("01"))));
      pages(database, "(SELECT page_count FROM pragma_page_count)");
      List<IssuanceRecord> many = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        many.add(record("x" + i));
      }
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> await(store.issuanceLog().append(many)))
          .withMessageContaining("the disk is full");
      assertThat(store.issuanceLog().find("01")).isPresent();
      assertThat(store.issuanceLog().find("x1")).isEmpty();
      assertThat(store.revisions().next()).as("what needs no room").isEqualTo(new Revision(1, 1));
      pages(database, "1000000");
      await(store.issuanceLog().append(many));
      assertThat(store.issuanceLog().size()).isEqualTo(501);
    }
    SqliteStore.open(file()).close();
  }

  /** Lets the file have so many pages and no more. */
  private static void pages(Database database, String most) {
    long pages =
        database.read(
            connection ->
                Sql.first(connection, "SELECT " + most + " AS n", row -> row.getLong("n"))
                    .orElseThrow());
    database.write(
        connection ->
            Sql.first(connection, "PRAGMA max_page_count = " + pages, row -> row.getLong(1))
                .orElseThrow());
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() {
    Path nowhere = Path.of("/proc/herald/store.db");
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> SqliteStore.open(nowhere))
        .withMessageContaining(nowhere.toString())
        .withMessageContaining("permissions");
  }

  private byte[] filled() throws Exception {
    try (Store store = SqliteStore.open(file())) {
      List<IssuanceRecord> records = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        records.add(record(Integer.toString(i)));
      }
      await(store.issuanceLog().append(records));
      store.revisions().next();
    }
    return Files.readAllBytes(file());
  }

  private void change(String sql) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private void assertRefused(String... words) {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> SqliteStore.open(file()).close())
        .withMessageContaining(file().toString())
        .satisfies(e -> assertThat(e.getMessage()).contains(words));
  }

  private Path file() {
    return folder.resolve("herald.db");
  }

  private static IssuanceRecord record(String serial) {
    return new IssuanceRecord(
        serial,
        "spiffe://mesh.test/ns/a/sa/b",
        "node-1",
        NOW,
        NOW.plusSeconds(60),
        NOW,
        "ab".repeat(32),
        "spiffe://mesh.test/herald/node/node-1");
  }

  private static void await(CompletableFuture<Void> future) throws Exception {
    future.get(20, TimeUnit.SECONDS);
  }
}
