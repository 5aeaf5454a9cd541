package io.heraldmesh.store.sql;

import static io.heraldmesh.store.sql.TestRows.NOW;
import static io.heraldmesh.store.sql.TestRows.event;
import static io.heraldmesh.store.sql.TestRows.hash;
import static io.heraldmesh.store.sql.TestRows.registration;
import static io.heraldmesh.store.sql.TestRows.token;
import static io.heraldmesh.store.sql.TestRows.used;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.heraldmesh.store.AuthorityCertificate;
import io.heraldmesh.store.AuthorityCertificate.Kind;
import io.heraldmesh.store.AuthorityCertificate.Phase;
import io.heraldmesh.store.NodeRegistrations.Readmission;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import io.heraldmesh.store.TokenSecret;
import io.heraldmesh.store.TokenUse;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Which nodes may be there and what may run on them, and by which tokens. */
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
