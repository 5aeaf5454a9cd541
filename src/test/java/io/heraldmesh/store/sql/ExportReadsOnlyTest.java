package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who takes a backup changes nothing where it is taken. */
class ExportReadsOnlyTest extends BackupFixture {
  @Test
  void aServerWithNothingOfHeraldsIsRefusedAndStaysSo() throws Exception {
    TestDatabase empty = place("postgres", "x");
    assertRefused(empty, "holds none of Herald's tables", "spec.database");
    try (Connection connection = empty.connect();
        Statement sql = connection.createStatement();
        ResultSet row =
            sql.executeQuery("SELECT to_regnamespace(current_setting('search_path')) IS NULL")) {
      assertThat(row.next()).isTrue();
      assertThat(row.getBoolean(1)).as("no schema was made").isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"sqlite", "postgres"})
  void theFormatBeforeIsNotBroughtForward(String kind) throws Exception {
    TestDatabase place = place(kind, "x");
    filled(place);
    change(
        place,
        "DROP TABLE node_address",
        "ALTER TABLE join_token DROP COLUMN addresses",
        "DELETE FROM migration WHERE number = 4",
        kind.equals("sqlite") ? "PRAGMA user_version = 3" : "SELECT 3");
    Path file = folder.resolve("x.db");
    byte[] before = kind.equals("sqlite") ? Files.readAllBytes(file) : new byte[0];
    assertRefused(place, "format 3", "export with the version that runs on it");
    assertRefused(place, "format 3", "export with the version that runs on it");
    if (kind.equals("sqlite")) {
      assertThat(file).hasBinaryContent(before);
    }
  }

  @ParameterizedTest
  @CsvSource({"sqlite", "postgres"})
  void aNewerFormatIsRefused(String kind) throws Exception {
    TestDatabase place = place(kind, "x");
    filled(place);
    change(place, place.newerFormat());
    assertRefused(place, "format 5", "start the newer version");
  }

  @ParameterizedTest
  @CsvSource({"sqlite", "postgres"})
  void tablesMadeByOtherStepsAreRefused(String kind) throws Exception {
    TestDatabase place = place(kind, "x");
    filled(place);
    change(place, "UPDATE migration SET checksum = 'x' WHERE number = 3");
    assertRefused(place, "made by other steps");
  }

  @ParameterizedTest
  @CsvSource({"sqlite", "postgres"})
  void nothingCanBeImportedIntoWhatIsReadOnly(String kind) throws Exception {
    TestDatabase place = place(kind, "x");
    filled(place);
    Path file = export(place);
    try (Backup read = place.toRead()) {
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> read.importFrom(file, true, LATER))
          .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NOT_WRITABLE));
    }
  }

  @ParameterizedTest
  @CsvSource({"sqlite", "postgres"})
  void aNodeMayStartWhileItIsExported(String kind) throws Exception {
    TestDatabase place = place(kind, "x");
    filled(place);
    try (Backup read = place.toRead();
        Store node = place.open()) {
      apply(node, A, "while it is exported");
      assertThat(read.export(new ByteArrayOutputStream(), NOW).rows()).containsEntry("history", 5L);
    }
  }

  private static void assertRefused(TestDatabase place, String... words) {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> place.toRead().close())
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.FORMAT))
        .satisfies(e -> assertThat(e.getMessage()).contains(words));
  }

  private static void change(TestDatabase place, String... statements) throws Exception {
    try (Connection connection = place.connect();
        Statement sql = connection.createStatement()) {
      for (String statement : statements) {
        sql.execute(statement);
      }
    }
  }
}
