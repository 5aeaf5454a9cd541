package io.heraldmesh.store.sql;

import static io.heraldmesh.store.sql.TestRows.ANN;
import static io.heraldmesh.store.sql.TestRows.NOW;
import static io.heraldmesh.store.sql.TestRows.address;
import static io.heraldmesh.store.sql.TestRows.event;
import static io.heraldmesh.store.sql.TestRows.hash;
import static io.heraldmesh.store.sql.TestRows.record;
import static io.heraldmesh.store.sql.TestRows.registration;
import static io.heraldmesh.store.sql.TestRows.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.store.AuditLog;
import io.heraldmesh.store.AuthorityCertificate;
import io.heraldmesh.store.AuthorityCertificate.Kind;
import io.heraldmesh.store.AuthorityCertificate.Phase;
import io.heraldmesh.store.ResourceChange;
import io.heraldmesh.store.ResourceChange.Expected;
import io.heraldmesh.store.ResourceKey;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What every store promises, whatever database is under it. */
abstract class StoreContract extends TamperedStore {
  private static final ResourceKey KEY = new ResourceKey("v/Kind", "ns", "a");

  @Test
  void issuedCertificatesAreThereAfterOpeningAgain() throws Exception {
    await(store.issuanceLog().append(List.of(record("01"), record("02"))));
    reopen();
    assertThat(store.issuanceLog().find("01")).contains(record("01"));
    assertThat(store.issuanceLog().find("03")).isEmpty();
    assertThat(store.issuanceLog().size()).isEqualTo(2);
  }

  @Test
  void aSerialNumberIsLoggedOnceAndItsBatchNotAtAll() throws Exception {
    await(store.issuanceLog().append(List.of(record("01"))));
    CompletableFuture<Void> twice = store.issuanceLog().append(List.of(record("02"), record("01")));
    CompletableFuture<Void> other = store.issuanceLog().append(List.of(record("03")));
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> await(twice))
        .satisfies(
            e ->
                assertThat(e.getCause())
                    .isInstanceOfSatisfying(
                        StoreException.class,
                        taken -> assertThat(taken.reason()).isEqualTo(Reason.TAKEN)));
    await(other);
    assertThat(store.issuanceLog().find("02")).isEmpty();
    assertThat(store.issuanceLog().size()).isEqualTo(2);
    reopen();
  }

  @Test
  void twoStoresOfManyThreadsWriteOneChain() throws Exception {
    List<Store> stores = several(2);
    List<Callable<Void>> work = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      String prefix = "a" + t + "x";
      Store mine = stores.get(t % stores.size());
      work.add(
          () -> {
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
              all.add(mine.issuanceLog().append(List.of(record(prefix + i))));
            }
            await(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)));
            return null;
          });
    }
    inParallel(work);
    assertThat(store.issuanceLog().size()).isEqualTo(400);
    closeOthers(stores);
    reopen();
  }

  @Test
  void revisionsOnlyRiseAlsoOverRestarts() {
    assertThat(store.revisions().current()).isEqualTo(new Revision(1, 0));
    assertThat(store.revisions().next()).isEqualTo(new Revision(1, 1));
    assertThat(store.revisions().next()).isEqualTo(new Revision(1, 2));
    reopen();
    assertThat(store.revisions().next()).isEqualTo(new Revision(1, 3));
    assertThat(store.revisions().newEpoch()).isEqualTo(new Revision(2, 0));
    assertThat(store.revisions().next()).isEqualTo(new Revision(2, 1));
    assertThat(store.revisions().current()).isEqualTo(new Revision(2, 1));
  }

  @Test
  void noRevisionIsGivenTwice() throws Exception {
    List<Store> stores = several(2);
    List<Callable<List<Revision>>> work = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      Store mine = stores.get(t % stores.size());
      work.add(
          () -> {
            List<Revision> mineOnes = new ArrayList<>();
            for (int i = 0; i < 25; i++) {
              mineOnes.add(mine.revisions().next());
            }
            return mineOnes;
          });
    }
    List<Revision> all = inParallel(work).stream().flatMap(List::stream).toList();
    assertThat(all).hasSize(200).doesNotHaveDuplicates();
    closeOthers(stores);
  }

  @Test
  void theDatabaseItselfRefusesWhatMustNotBe() throws Exception {
    await(store.issuanceLog().append(List.of(record("01"))));
    await(store.audit().append(event("x")));
    store.revisions().next();
    store.resources().apply(List.of(new ResourceChange(KEY, "1", new Expected.Any())), ANN, NOW);
    store.tokens().create(token("t", "n", Set.of()));
    store.tokens().use(hash("t"), "n", "key", NOW);
    for (String sql :
        List.of(
            "UPDATE revision SET number = 0",
            "UPDATE revision SET epoch = 0",
            "DELETE FROM revision",
            "INSERT INTO revision (id, epoch, number, digest) VALUES (2, 1, 0, '')",
            "UPDATE issuance SET node = 'x'",
            "DELETE FROM issuance",
            "INSERT INTO issuance SELECT number + 1, serial, spiffe_id, node, not_before,"
                + " not_after, issued_at, fingerprint, requester, digest FROM issuance",
            "UPDATE audit SET actor = 'x'",
            "DELETE FROM audit",
            "UPDATE history SET content = 'x'",
            "DELETE FROM history",
            "UPDATE join_token SET used_by = NULL, used_at = NULL",
            "UPDATE join_token SET used_by = 'other'",
            "DELETE FROM join_token")) {
      assertThatExceptionOfType(SQLException.class).as(sql).isThrownBy(() -> change(sql));
    }
    reopen();
  }

  @Test
  void theStateBelongsToOneTrustDomain() {
    assertThat(store.authority().trustDomain()).isEmpty();
    store.authority().claim("mesh.test");
    store.authority().claim("mesh.test");
    reopen();
    assertThat(store.authority().trustDomain()).contains("mesh.test");
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.authority().claim("other.test"))
        .withMessageContaining("mesh.test")
        .withMessageContaining("other.test")
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.FOREIGN));
  }

  @Test
  void certificatesOfTheAuthorityGoThroughTheirPhases() {
    AuthorityCertificate root =
        new AuthorityCertificate("aa", Kind.ROOT, Phase.PREPARED, "PEM\n", "", NOW);
    AuthorityCertificate issuer =
        new AuthorityCertificate(
            "bb", Kind.ISSUER, Phase.ACTIVE, "PEM\n", "n1", NOW.plusSeconds(1));
    store.authority().put(issuer);
    store.authority().put(root);
    store.authority().put(root.in(Phase.ACTIVE));
    reopen();
    assertThat(store.authority().certificates()).containsExactly(root.in(Phase.ACTIVE), issuer);
  }

  @Test
  void theAuditLogIsReadFromTheNewestBackwards() throws Exception {
    for (String subject : List.of("a", "b", "c")) {
      await(store.audit().append(event(subject)));
    }
    reopen();
    assertThat(store.audit().list(0, 2))
        .containsExactly(new AuditLog.Entry(3, event("c")), new AuditLog.Entry(2, event("b")));
    assertThat(store.audit().list(2, 10)).containsExactly(new AuditLog.Entry(1, event("a")));
  }

  @Test
  void whatWasChangedPastTheStoreIsRefused() throws Exception {
    for (String sql :
        List.of(
            "UPDATE resource SET content = 'evil'",
            "UPDATE registration SET service_account = 'evil'",
            "UPDATE node_address SET address = '10.0.0.9'",
            "UPDATE join_token SET expires_at = expires_at + 1",
            "UPDATE join_token SET addresses = '10.0.0.9'",
            "UPDATE authority SET pem = 'evil'",
            "UPDATE setting SET value = 'evil'",
            "UPDATE issuance SET spiffe_id = 'evil'",
            "DELETE FROM issuance WHERE serial = '02'",
            "UPDATE audit SET actor = 'evil'",
            "UPDATE revision SET number = 0")) {
      store.close();
      openEmpty();
      await(store.issuanceLog().append(List.of(record("01"), record("02"))));
      await(store.audit().append(event("x")));
      store.resources().apply(List.of(new ResourceChange(KEY, "1", new Expected.Any())), ANN, NOW);
      store.registrations().add(registration("n2", "a"));
      store.registrations().add(address("n2", "10.0.0.1"));
      store.tokens().create(token("t", "n", Set.of()));
      store.authority().claim("mesh.test");
      store
          .authority()
          .put(new AuthorityCertificate("aa", Kind.ROOT, Phase.ACTIVE, "PEM\n", "", NOW));
      store.close();
      change(sql);
      assertThatExceptionOfType(StoreException.class)
          .as(sql)
          .isThrownBy(() -> open().close())
          .withMessageContaining("is damaged")
          .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED));
    }
    openEmpty();
  }

  @Test
  void aNewerFormatIsRefusedAndSaysSo() throws Exception {
    store.close();
    change(database.newerFormat());
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> open().close())
        .withMessageContaining("has format 5, this version reads up to 4")
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.FORMAT));
    openEmpty();
  }

  @Test
  void tablesMadeByOtherStepsAreRefused() throws Exception {
    store.close();
    change("UPDATE migration SET checksum = 'x' WHERE number = 2");
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> open().close())
        .withMessageContaining("other steps");
    openEmpty();
  }

  @Test
  void aClosedStoreSaysSo() {
    store.close();
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.revisions().next())
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.CLOSED));
  }
}
