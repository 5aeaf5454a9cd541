package io.heraldmesh.store.sql;

import static io.heraldmesh.store.sql.TestRows.ANN;
import static io.heraldmesh.store.sql.TestRows.NOW;
import static io.heraldmesh.store.sql.TestRows.event;
import static io.heraldmesh.store.sql.TestRows.hash;
import static io.heraldmesh.store.sql.TestRows.record;
import static io.heraldmesh.store.sql.TestRows.registration;
import static io.heraldmesh.store.sql.TestRows.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.store.AuthorityCertificate;
import io.heraldmesh.store.AuthorityCertificate.Kind;
import io.heraldmesh.store.AuthorityCertificate.Phase;
import io.heraldmesh.store.JoinToken;
import io.heraldmesh.store.NodeRegistrations.Readmission;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.TakenBack;
import io.heraldmesh.store.TokenUse;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** What a node has no more that was revoked, and a workload that was taken back. */
abstract class RevocationContract extends TamperedStore {

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
}
