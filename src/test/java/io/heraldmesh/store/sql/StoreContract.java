package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.heraldmesh.store.ApplyResult;
import io.heraldmesh.store.ApplyResult.Applied;
import io.heraldmesh.store.ApplyResult.Conflict;
import io.heraldmesh.store.ApplyResult.Conflicted;
import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.AuditLog;
import io.heraldmesh.store.AuthorityCertificate;
import io.heraldmesh.store.AuthorityCertificate.Kind;
import io.heraldmesh.store.AuthorityCertificate.Phase;
import io.heraldmesh.store.IssuanceRecord;
import io.heraldmesh.store.JoinToken;
import io.heraldmesh.store.NodeRegistrations.Readmission;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.ResourceChange;
import io.heraldmesh.store.ResourceChange.Expected;
import io.heraldmesh.store.ResourceKey;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import io.heraldmesh.store.StoredResource;
import io.heraldmesh.store.TokenSecret;
import io.heraldmesh.store.TokenUse;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store promises, whatever database is under it. */
abstract class StoreContract {
  static final Instant NOW = Instant.parse("2026-06-01T00:00:00.123Z");

  private static final ResourceKey A = new ResourceKey("v/Kind", "ns", "a");
  private static final ResourceKey B = new ResourceKey("v/Kind", "ns", "b");
  private static final String NODE = "spiffe://mesh.test/herald/operator/ann";

  Store store;

  /** Opens the test's database. */
  abstract Store open();

  /** A connection past the store, with all rights. */
  abstract Connection connect() throws SQLException;

  /** Says that triggers do not hold for this connection, as when somebody tampers. */
  abstract void withoutTriggers(Connection connection) throws SQLException;

  @BeforeEach
  void openStore() {
    store = open();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

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
    List<Store> stores = both();
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
    closeOther(stores);
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
    List<Store> stores = both();
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
    closeOther(stores);
  }

  @Test
  void theDatabaseItselfRefusesWhatMustNotBe() throws Exception {
    await(store.issuanceLog().append(List.of(record("01"))));
    await(store.audit().append(event("x")));
    store.revisions().next();
    apply(write(A, "1", new Expected.Any()));
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
  void aResourceIsWrittenReadAndDeleted() {
    assertThat(apply(write(A, "1", new Expected.Absent()))).isEqualTo(applied(1, A));
    assertThat(store.resources().get(A))
        .contains(new StoredResource(A, new Revision(1, 1), "1", NODE, NOW));
    assertThat(apply(write(A, "2", new Expected.At(new Revision(1, 1))))).isEqualTo(applied(2, A));
    assertThat(apply(delete(A, new Expected.At(new Revision(1, 2))))).isEqualTo(applied(3, A));
    assertThat(store.resources().get(A)).isEmpty();
    assertThat(store.resources().all().resources()).isEmpty();
    assertThat(store.resources().all().revision()).isEqualTo(new Revision(1, 3));
    reopen();
    assertThat(store.resources().history(A, 10))
        .extracting(StoredResource::content)
        .containsExactly(null, "2", "1");
    assertThat(store.resources().history(A, 1)).hasSize(1);
    assertThat(store.resources().history(B, 10)).isEmpty();
  }

  @Test
  void whoeverExpectsSomethingElseIsToldWhatIsThere() {
    apply(write(A, "1", new Expected.Absent()));
    Revision one = new Revision(1, 1);
    assertThat(apply(write(A, "2", new Expected.Absent()))).isEqualTo(conflict(A, one));
    assertThat(apply(write(A, "2", new Expected.At(new Revision(1, 0)))))
        .isEqualTo(conflict(A, one));
    assertThat(apply(delete(A, new Expected.At(new Revision(2, 1))))).isEqualTo(conflict(A, one));
    assertThat(apply(write(B, "2", new Expected.At(one)))).isEqualTo(conflict(B, null));
    assertThat(store.revisions().current()).isEqualTo(one);
  }

  @Test
  void changesAreMadeTogetherOrNotAtAll() {
    apply(write(A, "1", new Expected.Absent()));
    assertThat(apply(write(B, "1", new Expected.Absent()), write(A, "2", new Expected.Absent())))
        .isEqualTo(conflict(A, new Revision(1, 1)));
    assertThat(store.resources().get(B)).isEmpty();
    assertThat(apply(write(B, "1", new Expected.Absent()), write(A, "2", new Expected.Any())))
        .isEqualTo(new Applied(new Revision(1, 2), List.of(B, A)));
    assertThat(store.resources().all().resources())
        .extracting(StoredResource::key)
        .containsExactly(A, B);
  }

  @Test
  void whatIsThereAlreadyIsNoChange() {
    apply(write(A, "1", new Expected.Any()));
    assertThat(apply(write(A, "1", new Expected.Any()), delete(B, new Expected.Any())))
        .isEqualTo(new Applied(new Revision(1, 1), List.of()));
    assertThat(store.resources().history(A, 10)).hasSize(1);
    assertThat(apply()).isEqualTo(new Applied(new Revision(1, 1), List.of()));
  }

  @Test
  void aDryRunSaysWhatWouldBeAndChangesNothing() {
    apply(write(A, "1", new Expected.Any()));
    Revision one = new Revision(1, 1);
    assertThat(
            store
                .resources()
                .dryRun(List.of(write(A, "2", new Expected.At(one)), write(B, "1", absent()))))
        .isEqualTo(new Applied(one, List.of(A, B)));
    assertThat(store.resources().dryRun(List.of(write(A, "2", absent()))))
        .isEqualTo(conflict(A, one));
    assertThat(store.resources().get(A).orElseThrow().content()).isEqualTo("1");
    assertThat(store.resources().get(B)).isEmpty();
    assertThat(store.revisions().current()).isEqualTo(one);
  }

  @Test
  void oneResourceIsNotNamedTwice() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> apply(write(A, "1", absent()), delete(A, absent())))
        .withMessageContaining("named twice");
  }

  @Test
  void everyTextComesBackAsItWasGiven() {
    String text = "'\"\\ %_\r\n\t é 漢字 \uD83D\uDE00 \u202E ; DROP TABLE resource; --";
    ResourceKey odd = new ResourceKey("k'", "n\"s", "é 漢");
    apply(write(odd, text, absent()));
    reopen();
    assertThat(store.resources().get(odd).orElseThrow().content()).isEqualTo(text);
    assertThatIllegalArgumentException().isThrownBy(() -> write(A, "a\0b", absent()));
    assertThatIllegalArgumentException().isThrownBy(() -> write(A, "\uD83D", absent()));
    assertThatIllegalArgumentException().isThrownBy(() -> new ResourceKey("k", "n", ""));
  }

  @Test
  void ofManyWhoComparedAndSetAtOnceOneWinsEachTime() throws Exception {
    apply(write(A, "0", absent()));
    List<Store> stores = both();
    List<Callable<Integer>> work = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      Store mine = stores.get(t % stores.size());
      work.add(
          () -> {
            int won = 0;
            while (won < 10) {
              StoredResource there = mine.resources().get(A).orElseThrow();
              String next = Integer.toString(Integer.parseInt(there.content()) + 1);
              ApplyResult result =
                  mine.resources()
                      .apply(List.of(write(A, next, new Expected.At(there.revision()))), NODE, NOW);
              won += result instanceof Applied ? 1 : 0;
            }
            return won;
          });
    }
    inParallel(work);
    assertThat(store.resources().get(A).orElseThrow().content()).isEqualTo("80");
    assertThat(store.resources().history(A, 1000))
        .extracting(r -> r.revision().number())
        .hasSize(81)
        .doesNotHaveDuplicates();
    closeOther(stores);
  }

  @Test
  void aNodeHasExactlyTheWorkloadsThatWereRegisteredForIt() {
    store.registrations().replace("n1", List.of(registration("n1", "b"), registration("n1", "a")));
    store.registrations().add(registration("n2", "a"));
    store.registrations().add(registration("n2", "a"));
    assertThat(store.registrations().of("n1"))
        .containsExactly(registration("n1", "a"), registration("n1", "b"));
    store.registrations().replace("n1", List.of(registration("n1", "b"), registration("n1", "c")));
    reopen();
    assertThat(store.registrations().all())
        .containsExactly(registration("n1", "b"), registration("n1", "c"), registration("n2", "a"));
    assertThat(store.registrations().remove("n1")).isTrue();
    assertThat(store.registrations().remove("n1")).isFalse();
    assertThat(store.registrations().all()).containsExactly(registration("n2", "a"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.registrations().replace("n1", List.of(registration("n2", "b"))));
  }

  @Test
  void aTokenIsUsedByOneKeyAndRegistersItsWorkloads() {
    store.tokens().create(token("t", "n", Set.of("ns/sa", "ns/sb")));
    assertThat(store.tokens().use(hash("t"), "n", "key1", NOW))
        .isEqualTo(new TokenUse.Accepted(used("t", "n", Set.of("ns/sa", "ns/sb"), "key1"), false));
    reopen();
    assertThat(store.tokens().use(hash("t"), "n", "key1", NOW.plusSeconds(5)))
        .isEqualTo(new TokenUse.Accepted(used("t", "n", Set.of("ns/sa", "ns/sb"), "key1"), true));
    assertThat(store.tokens().use(hash("t"), "n", "key2", NOW))
        .isEqualTo(new TokenUse.Refused(TokenUse.Why.USED));
    assertThat(store.registrations().of("n"))
        .extracting(Registration::serviceAccount)
        .containsExactly("sa", "sb");
    assertThat(store.tokens().revoke(hash("t"))).isFalse();
    assertThat(store.tokens().all())
        .containsExactly(used("t", "n", Set.of("ns/sa", "ns/sb"), "key1"));
  }

  @Test
  void aTokenThatIsExpiredRevokedOrUnknownIsRefused() {
    store.tokens().create(token("t", "n", Set.of("ns/sa")));
    assertThat(store.tokens().use(hash("t"), "n", "key1", NOW.plusSeconds(600)))
        .isEqualTo(new TokenUse.Refused(TokenUse.Why.EXPIRED));
    assertThat(store.tokens().use(hash("other"), "n", "key1", NOW))
        .isEqualTo(new TokenUse.Refused(TokenUse.Why.UNKNOWN));
    assertThat(store.tokens().revoke(hash("t"))).isTrue();
    assertThat(store.tokens().use(hash("t"), "n", "key1", NOW))
        .isEqualTo(new TokenUse.Refused(TokenUse.Why.UNKNOWN));
    assertThat(store.registrations().all()).isEmpty();
  }

  @Test
  void aTokenIsNotUsedUpUnderAnotherName() {
    store.tokens().create(token("t", "n", Set.of("ns/sa")));
    for (String other : List.of("m", "N", "n ", "")) {
      assertThat(store.tokens().use(hash("t"), other, "key1", NOW))
          .isEqualTo(new TokenUse.Refused(TokenUse.Why.OTHER_NODE));
    }
    assertThat(store.registrations().all()).isEmpty();
    reopen();
    assertThat(store.tokens().use(hash("t"), "n", "key2", NOW))
        .isEqualTo(new TokenUse.Accepted(used("t", "n", Set.of("ns/sa"), "key2"), false));
    assertThat(store.tokens().use(hash("t"), "m", "key2", NOW))
        .isEqualTo(new TokenUse.Refused(TokenUse.Why.OTHER_NODE));
  }

  @Test
  void aRevokedNodeHasNothingLeftAndOthersKeepAll() {
    for (String node : List.of("n", "m")) {
      store.registrations().add(registration(node, "sa"));
      store.tokens().create(token("unused of " + node, node, Set.of("ns/sb")));
      store.tokens().create(token("used of " + node, node, Set.of()));
      store.tokens().use(hash("used of " + node), node, "key", NOW);
    }
    assertThat(store.registrations().voidBefore("n")).isEmpty();
    Instant mark = NOW.plusSeconds(60);
    assertThat(store.registrations().revoke("n", NOW, mark, event("revoke n"))).isTrue();
    reopen();

    assertThat(store.registrations().all()).containsExactly(registration("m", "sa"));
    assertThat(store.tokens().all())
        .extracting(JoinToken::hash)
        .containsExactlyInAnyOrder(hash("used of n"), hash("unused of m"), hash("used of m"));
    assertThat(store.registrations().voidBefore("n")).contains(mark);
    assertThat(store.registrations().voidBefore("m")).isEmpty();
    assertThat(store.registrations().voidBefores(NOW)).isEqualTo(Map.of("n", mark));
    assertThat(store.registrations().voidBefores(mark)).isEmpty();
    assertThat(store.audit().list(0, 1).getFirst().event()).isEqualTo(event("revoke n"));
  }

  @Test
  void aRevokedNodeIsReadmittedOnlyWhenItIsRegisteredAnew() {
    Instant mark = NOW.plusSeconds(60);
    assertThat(store.registrations().readmit("n", NOW, List.of(registration("n", "sa"))))
        .isEqualTo(Readmission.DONE);
    store.registrations().revoke("n", NOW, mark, event("revoke n"));
    assertThat(store.registrations().readmit("n", mark, List.of(registration("n", "sa"))))
        .isEqualTo(Readmission.REVOKED);
    store.registrations().add(registration("n", "sb"));
    assertThat(store.registrations().readmit("n", NOW, List.of(registration("n", "sa"))))
        .isEqualTo(Readmission.CERTIFICATE_TOO_OLD);
    assertThat(store.registrations().of("n")).containsExactly(registration("n", "sb"));
    assertThat(store.registrations().readmit("n", mark, List.of(registration("n", "sa"))))
        .isEqualTo(Readmission.DONE);
    assertThat(store.registrations().of("n")).hasSize(2);
  }

  @Test
  void aNodeThatIsRevokedWhileItJoinsByACertificateIsNotThereAfterwards() throws Exception {
    for (int i = 0; i < 20; i++) {
      String node = "n" + i;
      store.registrations().add(registration(node, "sa"));
      inParallel(
          List.of(
              () ->
                  store
                      .registrations()
                      .revoke(node, NOW, NOW.plusSeconds(60), event("revoke " + node)),
              () ->
                  store
                      .registrations()
                      .readmit(node, NOW.plusSeconds(60), List.of(registration(node, "sb")))));
      assertThat(store.registrations().of(node)).isEmpty();
    }
  }

  @Test
  void theTokenThatARevokedNodeUsedGivesNothingMoreAndALaterOneDoes() {
    store.tokens().create(token("t", "n", Set.of("ns/sa")));
    store.tokens().use(hash("t"), "n", "key", NOW);
    store.registrations().revoke("n", NOW, NOW.plusSeconds(60), event("revoke"));
    assertThat(store.tokens().use(hash("t"), "n", "key", NOW))
        .isEqualTo(new TokenUse.Refused(TokenUse.Why.UNKNOWN));
    // A control node that had not heard of it made this one.
    store.tokens().create(token("late", "n", Set.of("ns/sa")));
    assertThat(store.tokens().use(hash("late"), "n", "key", NOW))
        .isEqualTo(new TokenUse.Refused(TokenUse.Why.UNKNOWN));
    assertThat(store.registrations().all()).isEmpty();

    Instant later = NOW.plusSeconds(60);
    store
        .tokens()
        .create(
            new JoinToken(
                hash("new"),
                "n",
                "node",
                Set.of("ns/sa"),
                NODE,
                later,
                later.plusSeconds(9),
                null));
    assertThat(store.tokens().use(hash("new"), "n", "key", later))
        .isInstanceOf(TokenUse.Accepted.class);
    assertThat(store.registrations().of("n")).hasSize(1);
  }

  @Test
  void aRevocationOnlyReachesFurther() throws Exception {
    store.registrations().add(registration("n", "sa"));
    store.registrations().revoke("n", NOW, NOW.plusSeconds(60), event("1"));
    store.registrations().add(registration("n", "sa"));
    assertThat(store.registrations().revoke("n", NOW, NOW.plusSeconds(30), event("2"))).isTrue();
    assertThat(store.registrations().voidBefore("n")).contains(NOW.plusSeconds(60));
    for (String sql :
        List.of(
            "UPDATE revocation SET void_before = 1",
            "UPDATE revocation SET node = 'x'",
            "DELETE FROM revocation")) {
      assertThatExceptionOfType(SQLException.class)
          .as(sql)
          .isThrownBy(() -> change(sql))
          .withMessageContaining("stays revoked");
    }
    reopen();
    assertThat(store.registrations().voidBefore("n")).contains(NOW.plusSeconds(60));
  }

  @Test
  void whoHasOnlyAnIdentityIsRevokedAndWhoHasNothingIsNot() throws Exception {
    Instant mark = NOW.plusSeconds(60);
    assertThat(store.registrations().revoke("node-1", NOW, mark, event("too early"))).isFalse();
    await(store.issuanceLog().append(List.of(record("01"))));
    assertThat(store.registrations().revoke("node-2", NOW, mark, event("other"))).isFalse();
    assertThat(store.registrations().revoke("node-1", mark, mark, event("it ended"))).isFalse();
    assertThat(store.registrations().voidBefores(Instant.EPOCH)).isEmpty();
    assertThat(store.audit().list(0, 10)).isEmpty();

    assertThat(store.registrations().revoke("node-1", NOW, mark, event("revoke"))).isTrue();
    assertThat(store.registrations().voidBefore("node-1")).contains(mark);
    assertThat(store.registrations().revoke("node-1", NOW, mark, event("again"))).isFalse();
  }

  @Test
  void whoSignsItselfLosesWhatIsRegisteredAndKeepsItsName() {
    store
        .authority()
        .put(
            new AuthorityCertificate("ab".repeat(32), Kind.ISSUER, Phase.ACTIVE, "pem", "c1", NOW));
    store.registrations().add(registration("c1", "sa"));
    assertThat(store.registrations().revoke("c1", NOW, NOW.plusSeconds(60), event("c1"))).isTrue();
    assertThat(store.registrations().all()).isEmpty();
    assertThat(store.registrations().voidBefore("c1")).isEmpty();
  }

  @Test
  void aTokenThatIsUsedWhileItsNodeIsRevokedLeavesNothingRegistered() throws Exception {
    List<Store> stores = both();
    for (int round = 0; round < 10; round++) {
      String node = "n" + round;
      store.tokens().create(token(node, node, Set.of("ns/sa", "ns/sb")));
      store.registrations().add(registration(node, "sc"));
      List<Callable<Boolean>> work = new ArrayList<>();
      work.add(() -> stores.getLast().tokens().use(hash(node), node, "key", NOW) != null);
      work.add(() -> store.registrations().revoke(node, NOW, NOW.plusSeconds(60), event(node)));
      inParallel(work);
      assertThat(store.registrations().of(node)).isEmpty();
      assertThat(store.tokens().use(hash(node), node, "key", NOW))
          .isEqualTo(new TokenUse.Refused(TokenUse.Why.UNKNOWN));
    }
    closeOther(stores);
  }

  @Test
  void aTokenIsMadeOnce() {
    store.tokens().create(token("t", "n", Set.of()));
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.tokens().create(token("t", "other", Set.of())))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.TAKEN));
    assertThat(store.tokens().all()).containsExactly(token("t", "n", Set.of()));
  }

  @Test
  void ofManyKeysThatUseATokenAtOnceOneIsAccepted() throws Exception {
    List<Store> stores = both();
    for (int round = 0; round < 5; round++) {
      String secret = "round" + round;
      store.tokens().create(token(secret, "n", Set.of("ns/sa")));
      List<Callable<TokenUse>> work = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        String key = "key" + t;
        Store mine = stores.get(t % stores.size());
        work.add(() -> mine.tokens().use(hash(secret), "n", key, NOW));
      }
      assertThat(inParallel(work).stream().filter(TokenUse.Accepted.class::isInstance)).hasSize(1);
    }
    closeOther(stores);
  }

  @Test
  void aTokenIsLongAndShownByNobody() {
    TokenSecret secret = TokenSecret.random(new SecureRandom());
    assertThat(secret.reveal()).hasSize(43);
    assertThat(secret.toString()).doesNotContain(secret.reveal());
    assertThat(TokenSecret.presented(secret.reveal()).hash()).isEqualTo(secret.hash());
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
            "UPDATE join_token SET expires_at = expires_at + 1",
            "UPDATE authority SET pem = 'evil'",
            "UPDATE setting SET value = 'evil'",
            "UPDATE issuance SET spiffe_id = 'evil'",
            "DELETE FROM issuance WHERE serial = '02'",
            "UPDATE audit SET actor = 'evil'",
            "UPDATE revision SET number = 0")) {
      store.close();
      fresh();
      store = open();
      await(store.issuanceLog().append(List.of(record("01"), record("02"))));
      await(store.audit().append(event("x")));
      apply(write(A, "1", new Expected.Any()));
      store.registrations().add(registration("n2", "a"));
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
    fresh();
    store = open();
  }

  @Test
  void aNewerFormatIsRefusedAndSaysSo() throws Exception {
    store.close();
    newerFormat();
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> open().close())
        .withMessageContaining("has format 4, this version reads up to 3")
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.FORMAT));
    fresh();
    store = open();
  }

  @Test
  void tablesMadeByOtherStepsAreRefused() throws Exception {
    store.close();
    change("UPDATE migration SET checksum = 'x' WHERE number = 2");
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> open().close())
        .withMessageContaining("other steps");
    fresh();
    store = open();
  }

  @Test
  void aClosedStoreSaysSo() {
    store.close();
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.revisions().next())
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.CLOSED));
  }

  /** Goes back to an empty database. */
  abstract void fresh() throws Exception;

  /** Makes the database say that a newer version wrote it. */
  abstract void newerFormat() throws Exception;

  /** Where several may write: a second store over the same database. */
  abstract List<Store> both();

  private void closeOther(List<Store> stores) {
    stores.subList(1, stores.size()).forEach(Store::close);
  }

  final void reopen() {
    store.close();
    store = open();
  }

  final void change(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      if (tampering()) {
        withoutTriggers(connection);
      }
      statement.executeUpdate(sql);
    }
  }

  /** The store is closed: from here on somebody tampers. */
  private boolean tampering() {
    try {
      store.revisions().current();
      return false;
    } catch (StoreException e) {
      return true;
    }
  }

  private ApplyResult apply(ResourceChange... changes) {
    return store.resources().apply(List.of(changes), NODE, NOW);
  }

  private static Expected absent() {
    return new Expected.Absent();
  }

  private static ResourceChange write(ResourceKey key, String content, Expected expected) {
    return new ResourceChange(key, content, expected);
  }

  private static ResourceChange delete(ResourceKey key, Expected expected) {
    return new ResourceChange(key, null, expected);
  }

  private static Applied applied(long revision, ResourceKey key) {
    return new Applied(new Revision(1, revision), List.of(key));
  }

  private static Conflicted conflict(ResourceKey key, @Nullable Revision found) {
    return new Conflicted(List.of(new Conflict(key, found)));
  }

  static Registration registration(String node, String account) {
    return new Registration(node, "ns", account, NODE, NOW);
  }

  static JoinToken token(String secret, String node, Set<String> workloads) {
    return new JoinToken(
        hash(secret), node, "node", workloads, NODE, NOW, NOW.plusSeconds(600), null);
  }

  private static JoinToken used(String secret, String node, Set<String> workloads, String key) {
    return new JoinToken(
        hash(secret),
        node,
        "node",
        workloads,
        NODE,
        NOW,
        NOW.plusSeconds(600),
        new JoinToken.Use(key, NOW));
  }

  static String hash(String secret) {
    return TokenSecret.presented(secret).hash();
  }

  static AuditEvent event(String subject) {
    return new AuditEvent(NOW, NODE, "token.create", subject, "done", "");
  }

  static IssuanceRecord record(String serial) {
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

  static void await(CompletableFuture<?> future) throws Exception {
    future.get(20, TimeUnit.SECONDS);
  }

  private static <T> List<T> inParallel(List<Callable<T>> work) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(work.size())) {
      List<T> results = new ArrayList<>();
      for (Future<T> done : threads.invokeAll(work, 60, TimeUnit.SECONDS)) {
        results.add(done.get());
      }
      return results;
    }
  }
}
