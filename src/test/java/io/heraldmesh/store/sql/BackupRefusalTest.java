package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.store.AuthorityCertificate.Phase;
import io.heraldmesh.store.ImportResult;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.StateFileException;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an import refuses leaves everything as it was. */
class BackupRefusalTest extends BackupFixture {
  @ParameterizedTest
  @CsvSource({"sqlite", "postgres"})
  void stateThatIsThereIsNotReplacedUnlessTold(String kind) throws Exception {
    TestDatabase place = place(kind, "x");
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
  void aBackupBesideARunningStoreCannotWrite() throws Exception {
    TestDatabase place = place("sqlite", "x");
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
    TestDatabase place = place("postgres", "x");
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
    TestDatabase from = place("sqlite", "from");
    filled(from);
    Path file = export(from);
    TestDatabase to = place("sqlite", "to");
    try (Store store = to.open()) {
      store.authority().claim("other.test");
    }
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> importInto(to, file, true, LATER))
        .withMessageContaining("other.test")
        .withMessageContaining("mesh.test")
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.FOREIGN));
  }

  @ParameterizedTest
  @CsvSource({"sqlite", "postgres"})
  void anotherMeshsStateIsRefusedThoughItsTrustDomainHasTheSameName(String kind) throws Exception {
    TestDatabase from = place(kind, "from");
    filled(from);
    Path file = export(from);
    TestDatabase to = place(kind, "to");
    try (Store store = to.open()) {
      store.authority().claim("mesh.test");
      store.authority().put(root("bb", Phase.ACTIVE));
      apply(store, A, "mine");
    }
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> importInto(to, file, true, LATER))
        .withMessageContaining("under root bb")
        .withMessageContaining("under aa")
        .withMessageContaining("name an empty database")
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.FOREIGN));
    try (Store store = to.open()) {
      assertThat(store.resources().get(A).orElseThrow().content()).isEqualTo("mine");
      assertThat(store.issuanceLog().size()).isZero();
      store.authority().put(root("aa", Phase.DROPPED));
    }
    assertThat(importInto(to, file, true, LATER))
        .as("its root was changed since")
        .isInstanceOf(ImportResult.Imported.class);
    assertThat(importInto(to, file, true, LATER))
        .as("nobody signed in between")
        .isInstanceOf(ImportResult.Imported.class);
  }

  @Test
  void aFileThatIsNotWholeChangesNothing() throws Exception {
    TestDatabase from = place("sqlite", "from");
    filled(from);
    String whole = Files.readString(export(from));
    List<String> lines = whole.lines().toList();
    TestDatabase to = place("sqlite", "to");
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
            whole.replaceFirst("\"tables\":4", "\"tables\":5"),
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

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "\"service_account\":\"sa\"; \"service_account\":\"evil\"; registration of ns/evil",
        "\"pem\":\"PEM; \"pem\":\"EVIL; authority certificate aa",
        "\"kind\":\"ROOT\"; \"kind\":\"EVIL\"; authority certificate aa"
      })
  void aForgedFileWithARightSumIsRefusedRowByRow(String row, String evil, String named)
      throws Exception {
    TestDatabase from = place("sqlite", "from");
    filled(from);
    List<String> lines = Files.readString(export(from)).lines().toList();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (String line : lines.subList(0, lines.size() - 1)) {
      body.write((line.replace(row, evil) + "\n").getBytes(StandardCharsets.UTF_8));
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
    TestDatabase to = place("sqlite", "to");
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> importInto(to, file, false, LATER))
        .withMessageContaining(named);
    try (Store store = to.open()) {
      assertThat(store.registrations().all()).isEmpty();
    }
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
}
