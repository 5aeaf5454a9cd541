package io.heraldmesh.enrol;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.SharedData;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.enrol.EnrolRefused.Reason;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.store.AuthorityCertificate;
import io.heraldmesh.store.AuthorityCertificate.Kind;
import io.heraldmesh.store.AuthorityCertificate.Phase;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.TokenSecret;
import io.vertx.core.Future;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who shows a token gets what the token is for, once, and nobody else anything. */
@Timeout(120)
class EnrolmentTest extends EnrolmentFixture {

  @Test
  void aTokenGivesItsNodeItsIdentityItsWorkloadsAndTheRoots() {
    Enrolled enrolled = Await.result(enrol(token("n1", HeraldRole.NODE, WEB), keys));

    assertThat(accepted(enrolled)).hasToString("spiffe://mesh.test/herald/node/n1");
    assertThat(enrolled.chain().getFirst().getPublicKey()).isEqualTo(keys.getPublic());
    assertThat(enrolled.bundle().digest()).isEqualTo(mesh.bundle().digest());
    assertThat(store.registrations().of("n1"))
        .extracting(Registration::namespace, Registration::serviceAccount)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("shop", "web"));
    assertThat(registered).hasValue(1);
    String serial = enrolled.chain().getFirst().getSerialNumber().toString(16);
    assertThat(store.issuanceLog().find(serial)).isPresent();
    assertThat(audited("done"))
        .singleElement()
        .satisfies(e -> assertThat(e.detail()).contains(OPERATOR).contains(serial));
  }

  @Test
  void aRoleIsGivenOnlyByATokenThatAnOperatorMadeForIt() {
    for (HeraldRole role : HeraldRole.values()) {
      Enrolled enrolled = Await.result(enrol(token("x", role), TestAuthority.keys()));
      assertThat(accepted(enrolled)).hasToString("spiffe://mesh.test/herald/" + role.word() + "/x");
    }
  }

  @Test
  void nobodyJoinsUnderTheNameOfAControlNode() {
    String before = token("c2", HeraldRole.NODE, WEB);
    Await.result(enrol(before, keys));
    String unused = token("c2", HeraldRole.ADMIN);
    store
        .authority()
        .put(
            new AuthorityCertificate(
                "ab".repeat(32), Kind.ISSUER, Phase.ACTIVE, "pem", "c2", clock.instant()));
    for (String token : List.of(before, unused)) {
      assertRefused(enrol(token, keys), Reason.OTHER_NAME);
    }
    assertThat(audited("done")).hasSize(1);
    assertThat(store.tokens().all())
        .filteredOn(token -> token.use() == null)
        .as("nothing was used up")
        .hasSize(1);
  }

  @Test
  void theSameKeyMayAskAgainAndASecondKeyMayNot() {
    String token = token("n1", HeraldRole.NODE);
    Enrolled first = Await.result(enrol(token, keys));
    Enrolled again = Await.result(enrol(token, keys));

    assertThat(accepted(again)).isEqualTo(accepted(first));
    assertRefused(enrol(token, TestAuthority.keys()), Reason.TOKEN_USED);
    assertThat(accepted(Await.result(enrol(token, keys)))).isEqualTo(accepted(first));
    assertThat(audited("refused"))
        .singleElement()
        .satisfies(e -> assertThat(e.actor()).isEqualTo("address 10.0.0.1"));
  }

  @Test
  void ofManyKeysThatTryAtOnceOneGetsIn() {
    String token = token("n1", HeraldRole.NODE);
    List<Future<Enrolled>> tries = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      tries.add(enrol(token, TestAuthority.keys()));
    }
    assertThat(
            tries.stream()
                .filter(t -> Await.result(t.transform(d -> Future.succeededFuture(d.succeeded()))))
                .count())
        .isEqualTo(1);
    assertThat(store.issuanceLog().size()).isEqualTo(1);
  }

  @Test
  void aTokenStaysGoodWhenANodeOfAnotherNameTriesIt() {
    String token = token("n1", HeraldRole.NODE, WEB);
    for (String other : List.of("n2", "N1", "n1 ", "")) {
      assertRefused(enrolment.enrol(HERE, request(other, token, keys)), Reason.OTHER_NAME);
    }
    assertThat(store.issuanceLog().size()).isZero();
    assertThat(store.registrations().all()).isEmpty();
    assertThat(audited("refused")).hasSize(4).allMatch(e -> e.detail().startsWith("OTHER_NAME"));

    KeyPair right = TestAuthority.keys();
    assertThat(accepted(Await.result(enrol(token, right))))
        .hasToString("spiffe://mesh.test/herald/node/n1");
  }

  @Test
  void aTokenEndsWithItsTimeAlsoForTheKeyThatUsedIt() {
    String unused = token("n1", HeraldRole.NODE);
    String used = token("n2", HeraldRole.NODE);
    Await.result(enrol(used, keys));
    clock.advance(Duration.ofMinutes(10));

    assertRefused(enrol(unused, TestAuthority.keys()), Reason.TOKEN_EXPIRED);
    assertRefused(enrol(used, keys), Reason.TOKEN_EXPIRED);
    assertThat(store.issuanceLog().size()).isEqualTo(1);
  }

  @Test
  void whoHasNoTokenOfOursGetsNothing() {
    for (String wrong : new String[] {"x", "a".repeat(43), "b".repeat(10_000), "\0"}) {
      assertRefused(enrol(wrong, keys), Reason.TOKEN_UNKNOWN);
    }
    String revoked = token("n1", HeraldRole.NODE);
    assertThat(store.tokens().revoke(TokenSecret.presented(revoked).hash())).isTrue();
    assertRefused(enrol(revoked, keys), Reason.TOKEN_UNKNOWN);
    assertThat(store.issuanceLog().size()).isZero();
  }

  @Test
  void aRequestThatIsNotBoundToTheTokenUsesNothingUp() {
    String token = token("n1", HeraldRole.NODE);
    String other = token("n2", HeraldRole.NODE);
    KeyPair thief = TestAuthority.keys();
    List<byte[]> unbound =
        List.of(
            Csr.create(thief, mesh.crypto()),
            Csr.create(thief, "", mesh.crypto()),
            Csr.create(thief, TokenBinding.of(other, thief.getPublic()), mesh.crypto()),
            Csr.create(thief, TokenBinding.of(token, keys.getPublic()), mesh.crypto()));
    for (byte[] csr : unbound) {
      assertRefused(enrolment.enrol(HERE, request(token, csr)), Reason.BAD_CSR);
    }
    assertThat(accepted(Await.result(enrol(token, keys)))).isNotNull();
  }

  @Test
  void aRequestWhoseSignatureIsWrongUsesNothingUp() {
    String token = token("n1", HeraldRole.NODE);
    byte[] csr = Csr.create(keys, TokenBinding.of(token, keys.getPublic()), mesh.crypto());
    csr[csr.length - 3] ^= 1;

    assertRefused(enrolment.enrol(HERE, request(token, csr)), Reason.BAD_CSR);
    assertThat(Await.result(enrol(token, TestAuthority.keys())).chain()).isNotEmpty();
  }

  @Test
  void publishedHostileRequestsGetNothing() {
    var cases = SharedData.json("attacks/csr-attacks.json").get("cases");
    int tried = 0;
    for (var attack : cases) {
      byte[] csr = Base64.getDecoder().decode(attack.get("csr_der_b64").asText());
      String token = token("n" + tried, HeraldRole.NODE);
      // None of them knows a token, so all are refused, and the token stays good.
      assertRefused(enrolment.enrol(HERE, request(token, csr)), Reason.BAD_CSR);
      assertThat(Await.result(enrol(token, TestAuthority.keys())).chain()).isNotEmpty();
      tried++;
    }
    assertThat(tried).isEqualTo(cases.size()).isPositive();
    assertThat(store.issuanceLog().size()).isEqualTo(tried);
  }

  @Test
  void nothingLeavesBeforeBothLogsHaveIt() {
    String token = token("n1", HeraldRole.NODE);
    CompletableFuture<Void> issuance = new CompletableFuture<>();
    CompletableFuture<Void> audit = new CompletableFuture<>();
    store.issuanceCompletesWith(issuance);
    store.auditCompletesWith(audit);
    Future<Enrolled> enrolling = enrol(token, keys);
    Await.until("the token is used", () -> store.tokens().all().getFirst().use() != null);

    issuance.complete(null);
    Await.until("it is in the issuance log", () -> store.issuanceLog().size() == 1);
    assertThat(enrolling.isComplete()).isFalse();
    audit.complete(null);
    assertThat(Await.result(enrolling).chain()).isNotEmpty();
  }

  @Test
  void nothingIsIssuedWhenALogCannotBeWrittenAndTheSameKeyMayTryAgain() {
    String token = token("n1", HeraldRole.NODE);
    store.auditCompletesWith(
        CompletableFuture.failedFuture(new StoreException(StoreException.Reason.FULL, "full")));
    assertRefused(enrol(token, keys), Reason.UNAVAILABLE);

    store.auditCompletesWith(CompletableFuture.completedFuture(null));
    assertThat(Await.result(enrol(token, keys)).chain()).isNotEmpty();
  }

  @Test
  void whatWasRegisteredAndCouldNotBeReadIsReadWhenTheSameKeyTriesAgain() {
    String token = token("n1", HeraldRole.NODE, WEB);
    unreadable = true;
    assertRefused(enrol(token, keys), Reason.UNAVAILABLE);

    unreadable = false;
    Await.result(enrol(token, keys));
    Await.result(enrol(token, keys));
    assertThat(registered).hasValue(1);
  }

  @Test
  void noTokenAndNoKeyIsInAnyLog() {
    String token = token("n1", HeraldRole.NODE, WEB);
    Await.result(enrol(token, keys));
    assertRefused(enrol(token, TestAuthority.keys()), Reason.TOKEN_USED);

    assertThat(store.audit().list(0, 100).toString()).doesNotContain(token);
    assertThat(store.tokens().all().toString()).doesNotContain(token);
    assertThat(request(token, keys).toString()).doesNotContain(token);
  }
}
