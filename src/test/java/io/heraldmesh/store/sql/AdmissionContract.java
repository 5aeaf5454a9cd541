package io.heraldmesh.store.sql;

import static io.heraldmesh.store.sql.TestRows.ANN;
import static io.heraldmesh.store.sql.TestRows.NOW;
import static io.heraldmesh.store.sql.TestRows.event;
import static io.heraldmesh.store.sql.TestRows.hash;
import static io.heraldmesh.store.sql.TestRows.record;
import static io.heraldmesh.store.sql.TestRows.registration;
import static io.heraldmesh.store.sql.TestRows.token;
import static io.heraldmesh.store.sql.TestRows.used;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.heraldmesh.store.AuthorityCertificate;
import io.heraldmesh.store.AuthorityCertificate.Kind;
import io.heraldmesh.store.AuthorityCertificate.Phase;
import io.heraldmesh.store.JoinToken;
import io.heraldmesh.store.NodeRegistrations.Readmission;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import io.heraldmesh.store.TakenBack;
import io.heraldmesh.store.TokenSecret;
import io.heraldmesh.store.TokenUse;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Which nodes may be there and what may run on them, by which tokens, and who was revoked. */
abstract class AdmissionContract extends TamperedStore {

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
  void theFirstUseOfATokenHasItsRowInTheAuditLogAndNothingElseHas() {
    store.tokens().create(token("t", "n", Set.of("ns/sa")));
    for (String key : List.of("key1", "key1", "key2")) {
      store.tokens().use(hash("t"), "n", key, NOW, used -> event("use of " + used.node()));
    }
    assertThat(store.audit().list(0, 10))
        .singleElement()
        .satisfies(row -> assertThat(row.event()).isEqualTo(event("use of n")));
  }

  @Test
  void aTokenWhoseRowCannotBeWrittenIsNotUsed() {
    store.tokens().create(token("t", "n", Set.of("ns/sa")));
    assertThatExceptionOfType(RuntimeException.class)
        .isThrownBy(
            () ->
                store
                    .tokens()
                    .use(
                        hash("t"),
                        "n",
                        "key1",
                        NOW,
                        used -> {
                          throw new IllegalStateException("no row");
                        }));
    assertThat(store.tokens().all()).containsExactly(token("t", "n", Set.of("ns/sa")));
    assertThat(store.registrations().all()).isEmpty();
  }

  @Test
  void aNameIsFreeOnceItsControlNodeSignsNoMore() {
    AuthorityCertificate issuer =
        new AuthorityCertificate("ab".repeat(32), Kind.ISSUER, Phase.ACTIVE, "pem", "c1", NOW);
    AuthorityCertificate other =
        new AuthorityCertificate("cd".repeat(32), Kind.ISSUER, Phase.ACTIVE, "pem", "c2", NOW);
    store.authority().put(issuer);
    store.authority().put(other);
    assertThat(store.authority().retire("c1")).isTrue();
    assertThat(store.authority().retire("c1")).isFalse();
    assertThat(store.authority().certificates())
        .containsExactlyInAnyOrder(issuer.in(Phase.DROPPED), other);
    assertThat(store.registrations().isControlNode("c1")).isFalse();
    assertThat(store.registrations().isControlNode("c2")).isTrue();
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
    assertThat(store.registrations().revoke("n", NOW, mark, event("revoke n")).there()).isTrue();
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
  void aControlNodesNameIsNotJoinedUnderByAnything() {
    store.tokens().create(token("t", "c1", Set.of("ns/sa")));
    assertThat(store.registrations().isControlNode("c1")).isFalse();
    store
        .authority()
        .put(
            new AuthorityCertificate("ab".repeat(32), Kind.ISSUER, Phase.ACTIVE, "pem", "c1", NOW));
    assertThat(store.registrations().isControlNode("c1")).isTrue();
    assertThat(store.registrations().isControlNode("c2")).isFalse();
    assertThat(store.tokens().use(hash("t"), "c1", "key", NOW))
        .isEqualTo(new TokenUse.Refused(TokenUse.Why.CONTROL_NODE));
    assertThat(store.registrations().readmit("c1", NOW, List.of(registration("c1", "sa"))))
        .isEqualTo(Readmission.CONTROL_NODE);
    assertThat(store.registrations().of("c1")).isEmpty();
    assertThat(store.tokens().all()).containsExactly(token("t", "c1", Set.of("ns/sa")));
  }

  @Test
  void aRevokedNodeIsReadmittedOnlyWhenItIsRegisteredAnew() {
    Instant mark = NOW.plusSeconds(60);
    assertThat(store.registrations().readmit("n", NOW, List.of(registration("n", "sa"))))
        .isEqualTo(Readmission.DONE);
    assertThat(store.registrations().readmit("n", NOW, List.of(registration("n", "sa"))))
        .isEqualTo(Readmission.AS_BEFORE);
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
                Set.of(),
                ANN,
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
    assertThat(store.registrations().revoke("n", NOW, NOW.plusSeconds(30), event("2")).there())
        .isTrue();
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
  void aNameOfWhichNothingIsKnownIsVoidTooAndTheAnswerSaysSo() {
    Instant mark = NOW.plusSeconds(60);
    assertThat(store.registrations().revoke("ann", NOW, mark, event("revoke ann")))
        .as("she joined after the backup that this state is from")
        .isEqualTo(new TakenBack(false, 0, mark));
    reopen();
    assertThat(store.registrations().voidBefore("ann")).contains(mark);
    assertThat(store.registrations().voidBefores(NOW)).isEqualTo(Map.of("ann", mark));
    assertThat(store.audit().list(0, 1).getFirst().event()).isEqualTo(event("revoke ann"));
  }

  @Test
  void whoHasOnlyAnIdentityIsKnownUntilItEndsOrIsVoid() throws Exception {
    await(store.issuanceLog().append(List.of(record("01"))));
    Instant mark = NOW.plusSeconds(60);
    assertThat(store.registrations().revoke("node-2", NOW, mark, event("other")).there()).isFalse();
    assertThat(store.registrations().voidBefore("node-1")).isEmpty();
    assertThat(store.registrations().revoke("node-1", NOW, mark, event("revoke")))
        .isEqualTo(new TakenBack(true, 0, mark));
    assertThat(store.registrations().revoke("node-1", NOW, mark, event("again")))
        .isEqualTo(new TakenBack(false, 0, mark));
  }

  @Test
  void anIdentityThatEndedIsNotKnownAnyMore() throws Exception {
    await(store.issuanceLog().append(List.of(record("01"))));
    Instant end = NOW.plusSeconds(60);
    assertThat(store.registrations().revoke("node-1", end, end, event("it ended")).there())
        .isFalse();
  }

  @Test
  void aWorkloadThatIsTakenBackIsNotGivenAgainByATokenFromBefore() {
    store.tokens().create(token("pay", "n", Set.of("ns/pay", "ns/web")));
    store.tokens().create(token("like it", "n", Set.of("ns/pay2", "ns2/pay", "ns/web")));
    store.tokens().create(token("other", "m", Set.of("ns/pay")));
    store.tokens().create(token("used", "n", Set.of("ns/pay")));
    store.tokens().use(hash("used"), "n", "key", NOW);

    assertThat(store.registrations().remove("n", "ns/pay", event("both")))
        .isEqualTo(new TakenBack(true, 1, null));
    reopen();
    assertThat(store.tokens().use(hash("pay"), "n", "key", NOW))
        .isEqualTo(new TokenUse.Refused(TokenUse.Why.UNKNOWN));
    assertThat(store.tokens().use(hash("used"), "n", "key", NOW))
        .as("it has an identity, and registers nothing twice")
        .isInstanceOf(TokenUse.Accepted.class);
    assertThat(store.registrations().of("n")).isEmpty();
    assertThat(store.tokens().use(hash("like it"), "n", "key", NOW))
        .isInstanceOf(TokenUse.Accepted.class);
    assertThat(store.tokens().use(hash("other"), "m", "key", NOW))
        .isInstanceOf(TokenUse.Accepted.class);
  }

  @Test
  void aWorkloadThatOnlyAnUnusedTokenWouldGiveIsTakenBackToo() {
    store.tokens().create(token("pay", "n", Set.of("ns/pay")));
    assertThat(store.registrations().remove("n", "ns/pay", event("token")))
        .isEqualTo(new TakenBack(true, 1, null));
    assertThat(store.audit().list(0, 1).getFirst().event()).isEqualTo(event("token"));
    assertThat(store.registrations().remove("n", "ns/pay", event("again")))
        .isEqualTo(new TakenBack(false, 0, null));
    assertThat(store.audit().list(0, 10)).hasSize(1);
  }

  @Test
  void aTokenThatIsUsedWhileItsWorkloadIsTakenBackDoesNotLeaveItRegistered() throws Exception {
    List<Store> stores = several(2);
    for (int round = 0; round < 10; round++) {
      String node = "n" + round;
      store.tokens().create(token(node, node, Set.of("ns/sa")));
      List<Callable<Boolean>> work = new ArrayList<>();
      work.add(() -> stores.getLast().tokens().use(hash(node), node, "key", NOW) != null);
      work.add(() -> store.registrations().remove(node, "ns/sa", event(node)).there());
      inParallel(work);
      assertThat(store.registrations().of(node)).isEmpty();
    }
    closeOthers(stores);
  }

  @Test
  void whoSignsItselfLosesWhatIsRegisteredAndKeepsItsName() {
    store
        .authority()
        .put(
            new AuthorityCertificate("ab".repeat(32), Kind.ISSUER, Phase.ACTIVE, "pem", "c1", NOW));
    store.registrations().add(registration("c1", "sa"));
    assertThat(store.registrations().revoke("c1", NOW, NOW.plusSeconds(60), event("c1")).there())
        .isTrue();
    assertThat(store.registrations().all()).isEmpty();
    assertThat(store.registrations().revoke("c1", NOW, NOW.plusSeconds(60), event("again")))
        .isEqualTo(new TakenBack(false, 0, null));
    assertThat(store.registrations().voidBefore("c1")).isEmpty();
    assertThat(store.audit().list(0, 10)).hasSize(1);
  }

  @Test
  void aTokenThatIsUsedWhileItsNodeIsRevokedLeavesNothingRegistered() throws Exception {
    List<Store> stores = several(2);
    for (int round = 0; round < 10; round++) {
      String node = "n" + round;
      store.tokens().create(token(node, node, Set.of("ns/sa", "ns/sb")));
      store.registrations().add(registration(node, "sc"));
      List<Callable<Boolean>> work = new ArrayList<>();
      work.add(() -> stores.getLast().tokens().use(hash(node), node, "key", NOW) != null);
      work.add(
          () -> store.registrations().revoke(node, NOW, NOW.plusSeconds(60), event(node)).there());
      inParallel(work);
      assertThat(store.registrations().of(node)).isEmpty();
      assertThat(store.tokens().use(hash(node), node, "key", NOW))
          .isEqualTo(new TokenUse.Refused(TokenUse.Why.UNKNOWN));
    }
    closeOthers(stores);
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
    List<Store> stores = several(2);
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
    closeOthers(stores);
  }

  @Test
  void aTokenIsLongAndShownByNobody() {
    TokenSecret secret = TokenSecret.random(new SecureRandom());
    assertThat(secret.reveal()).hasSize(43);
    assertThat(secret.toString()).doesNotContain(secret.reveal());
    assertThat(TokenSecret.presented(secret.reveal()).hash()).isEqualTo(secret.hash());
  }
}
