package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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
    change("PRAGMA user_version = 3");
    assertRefused("format 3", "newer version");
  }

  @Test
  void aFileOfTheFormatBeforeKeepsAllItHeld() throws Exception {
    IssuanceRecord first = record("1");
    IssuanceRecord second = record("2");
    String one = IssuanceTable.digest("", first);
    String two = IssuanceTable.digest(one, second);
    makeFormat1();
    insert(1, first, one);
    insert(2, second, two);
    change("INSERT INTO revision VALUES (1, 1, 7, '" + RecordDigest.of(1, 7) + "')");
    try (Store store = SqliteStore.open(file())) {
      assertThat(store.issuanceLog().find("1")).contains(first);
      assertThat(store.issuanceLog().find("2")).contains(second);
      assertThat(store.revisions().next()).isEqualTo(new Revision(1, 8));
      await(store.issuanceLog().append(List.of(record("3"))));
    }
    try (Store store = SqliteStore.open(file())) {
      assertThat(store.issuanceLog().size()).isEqualTo(3);
      assertThat(store.revisions().current()).isEqualTo(new Revision(1, 8));
    }
  }

  @Test
  void anEmptyFileOfTheFormatBeforeIsBroughtForward() throws Exception {
    makeFormat1();
    try (Store store = SqliteStore.open(file())) {
      assertThat(store.revisions().current()).isEqualTo(new Revision(1, 0));
      assertThat(store.issuanceLog().size()).isZero();
    }
  }

  @Test
  void damageInAFileOfTheFormatBeforeIsFound() throws Exception {
    makeFormat1();
    insert(1, record("1"), "no digest of it");
    assertRefused("issuance record 1");
  }

  /** As the version before this one made it. */
  private void makeFormat1() throws Exception {
    change("PRAGMA journal_mode = WAL");
    change("PRAGMA application_id = " + 0x48524c44);
    change("PRAGMA user_version = 1");
    change(
        "CREATE TABLE issuance (number INTEGER PRIMARY KEY, serial TEXT NOT NULL UNIQUE,"
            + " spiffe_id TEXT NOT NULL, node TEXT NOT NULL, not_before INTEGER NOT NULL,"
            + " not_after INTEGER NOT NULL, issued_at INTEGER NOT NULL, fingerprint TEXT NOT NULL,"
            + " requester TEXT NOT NULL, digest TEXT NOT NULL) STRICT");
    change(
        "CREATE TABLE revision (id INTEGER PRIMARY KEY CHECK (id = 1),"
            + " epoch INTEGER NOT NULL CHECK (epoch >= 1),"
            + " number INTEGER NOT NULL CHECK (number >= 0), digest TEXT NOT NULL) STRICT");
  }

  private void insert(long number, IssuanceRecord record, String digest) throws Exception {
    change(
        "INSERT INTO issuance VALUES ("
            + number
            + ", '"
            + String.join("', '", record.serialHex(), record.spiffeId(), record.node())
            + "', "
            + record.notBefore().toEpochMilli()
            + ", "
            + record.notAfter().toEpochMilli()
            + ", "
            + record.issuedAt().toEpochMilli()
            + ", '"
            + String.join("', '", record.fingerprint(), record.requester(), digest)
            + "')");
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
