package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.store.AuditLog;
import io.heraldmesh.store.AuthorityCertificate.Phase;
import io.heraldmesh.store.ImportResult;
import io.heraldmesh.store.JoinToken;
import io.heraldmesh.store.NodeRegistrations;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoredResource;
import io.heraldmesh.store.TokenUse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What was exported is the state again after an import, and what must not come back does not. */
class BackupTest extends BackupFixture {
  @ParameterizedTest
  @CsvSource({"sqlite,sqlite", "postgres,postgres", "sqlite,postgres", "postgres,sqlite"})
  void everythingIsThereAgain(String fromKind, String toKind) throws Exception {
    TestDatabase from = place(fromKind, "from");
    TestDatabase to = place(toKind, "to");
    filled(from);
    Path file = export(from);
    ImportResult result = importInto(to, file, false, LATER);
    Revision fresh = new Revision(LATER.getEpochSecond(), 0);
    assertThat(result).isEqualTo(new ImportResult.Imported(Backup.inspect(file), fresh, 1, 0));
    try (Store old = from.open();
        Store restored = to.open()) {
      assertThat(restored.resources().all().resources())
          .isEqualTo(old.resources().all().resources())
          .hasSize(1);
      assertThat(restored.resources().history(A, 100)).isEqualTo(old.resources().history(A, 100));
      assertThat(restored.resources().history(B, 100)).isEqualTo(old.resources().history(B, 100));
      assertThat(restored.registrations().all()).isEqualTo(old.registrations().all()).hasSize(2);
      assertThat(restored.registrations().addresses())
          .containsExactly(
              TestRows.address("n1", "10.0.0.1"), TestRows.address("n2", "web.example"));
      assertThat(restored.registrations().voidBefores(NOW))
          .isEqualTo(Map.of("gone", NOW.plusSeconds(60)));
      assertThat(restored.authority().certificates())
          .as("known, but nobody signs by it yet")
          .containsExactly(root("aa", Phase.DROPPED));
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
    TestDatabase place = place(kind, "x");
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
    importInto(place, file, true, LATER);
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
      assertThat(store.registrations().all()).containsExactly(TestRows.registration("n2", "sa"));
      assertThat(store.registrations().addresses())
          .containsExactly(TestRows.address("n2", "web.example"));
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

  /** The log here went another way than that of the file, and both are kept, once. */
  @ParameterizedTest
  @CsvSource({"sqlite", "postgres"})
  void aBackupWhoseLogWentAnotherWayAddsItsRowsOnce(String kind) throws Exception {
    TestDatabase place = place(kind, "x");
    filled(place);
    Path common = export(place);
    try (Store store = place.open()) {
      for (String subject : List.of("theirs", "twice", "twice")) {
        StoreFixture.await(store.audit().append(TestRows.event(subject)));
      }
    }
    Path file = export(place);
    TestDatabase other = place("sqlite", "other");
    importInto(other, common, false, LATER);
    try (Store store = other.open()) {
      StoreFixture.await(store.audit().append(TestRows.event("ours")));
    }
    for (int round = 0; round < 3; round++) {
      importInto(other, file, true, LATER.plusSeconds(60L * round));
    }
    try (Store store = other.open()) {
      assertThat(store.audit().list(0, 100))
          .extracting(entry -> entry.event().subject())
          .filteredOn(subject -> List.of("theirs", "twice", "ours", "x").contains(subject))
          .containsExactly("twice", "twice", "theirs", "ours", "x");
    }
  }

  @ParameterizedTest
  @CsvSource({"sqlite", "postgres"})
  void aNodeThatWasDeletedSinceDoesNotComeBackByACertificate(String kind) throws Exception {
    TestDatabase place = place(kind, "x");
    filled(place);
    Registration again = new Registration("gone", "ns", "sa", ANN, NOW.plusSeconds(60));
    try (Store store = place.open()) {
      store.registrations().add(again);
    }
    Path file = export(place);
    try (Store store = place.open()) {
      store.registrations().revoke("n1", NOW, NOW.plusSeconds(90), TestRows.event("n1"));
    }
    assertThat(importInto(place, file, true, LATER))
        .isEqualTo(
            new ImportResult.Imported(
                Backup.inspect(file), new Revision(LATER.getEpochSecond(), 0), 1, 1));
    try (Store store = place.open()) {
      assertThat(store.registrations().of("n1")).isEmpty();
      assertThat(store.registrations().addresses("n1")).isEmpty();
      assertThat(
              store
                  .registrations()
                  .readmit("n1", LATER, List.of(TestRows.registration("n1", "sa"))))
          .isEqualTo(NodeRegistrations.Readmission.REVOKED);
      assertThat(store.registrations().of("gone"))
          .as("let in after it was deleted")
          .containsExactly(again);
      assertThat(store.audit().list(0, 1).getFirst().event().detail())
          .contains("1 registrations of deleted nodes left out");
    }
  }

  @Test
  void oneBackupRestoredTwiceIsNewerEachTime() throws Exception {
    TestDatabase one = place("sqlite", "one");
    filled(one);
    Path file = export(one);
    importInto(place("sqlite", "two"), file, false, LATER);
    TestDatabase third = place("sqlite", "three");
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
    TestDatabase place = place("sqlite", "x");
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
  void noSecretIsInTheFile() throws Exception {
    TestDatabase from = place("sqlite", "from");
    filled(from);
    assertThat(Files.readString(export(from)))
        .contains(TestRows.hash("used"))
        .doesNotContain("\"used\"")
        .doesNotContain("PRIVATE KEY");
  }
}
