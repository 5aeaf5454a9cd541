package io.heraldmesh.enrol;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.enrol.EnrolRefused.Reason;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.store.AuditEvent;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** By which certificates of another authority a node is let in, and how revocations count there. */
@Timeout(120)
class EnrolmentByCertificateTest extends EnrolmentFixture {

  private EnrolRequest byCertificate(
      TestAuthority by, String name, @Nullable KeyPair signer, Instant at) throws Exception {
    KeyPair own = TestAuthority.keys();
    SpiffeId id = SpiffeId.herald(TestAuthority.TD, HeraldRole.NODE, name);
    byte[] csr = Csr.create(keys, mesh.crypto());
    byte[] text =
        CertificateSignature.text(
            Fingerprint.of(mesh.bundle().of(TestAuthority.TD).getFirst()), at, csr);
    KeyPair signing = signer == null ? own : signer;
    return new EnrolRequest(
        "n7",
        new Proof.Certificate(
            new CertificateChain(by.chain(id, own, Duration.ofDays(1)))
                .der().stream().map(ByteString::of).toList(),
            ByteString.of(
                CertificateSignature.sign(
                    signing.getPrivate(), signing.getPublic(), text, mesh.crypto())),
            at),
        ByteString.of(csr));
  }

  @Test
  void aCertificateThatAnOperatorNamedEnrolsItsNode() throws Exception {
    Enrolled enrolled =
        Await.result(enrolment.enrol(HERE, byCertificate(outside, "old-7", null, clock.instant())));

    assertThat(accepted(enrolled)).hasToString("spiffe://mesh.test/herald/node/n7");
    assertThat(store.registrations().of("n7")).hasSize(1);
    assertThat(audited("done").getFirst().detail()).contains("old-7");
  }

  @Test
  void aCertificateThatIsShownAgainAndAgainFillsNoLog() throws Exception {
    EnrolRequest request = byCertificate(outside, "old-7", null, clock.instant());
    for (int i = 0; i < 10; i++) {
      Await.result(enrolment.enrol(HERE, request));
    }
    for (int i = 0; i < 20; i++) {
      assertRefused(enrolment.enrol(HERE, request), Reason.TOO_MANY);
    }
    assertThat(store.issuanceLog().size()).isEqualTo(10);
    assertThat(audited("done")).hasSize(10);
    assertThat(registered).as("what was registered once is read once").hasValue(1);
  }

  @Test
  void aCertificateEnrolsItsNodeUnderNoOtherName() throws Exception {
    EnrolRequest good = byCertificate(outside, "old-7", null, clock.instant());
    assertRefused(
        enrolment.enrol(HERE, new EnrolRequest("n8", good.proof(), good.csr())), Reason.OTHER_NAME);
    assertThat(store.issuanceLog().size()).isZero();
    assertThat(store.registrations().all()).isEmpty();
  }

  private void revoke(String node) {
    store
        .registrations()
        .revoke(
            node,
            clock.instant(),
            clock.instant().plusSeconds(60),
            new AuditEvent(clock.instant(), OPERATOR, "revoke", node, "done", ""));
  }

  @Test
  void aRevokedNodeEnrolsAgainByNothingFromBeforeAndItsNextIdentityIsLaterThanAllThat() {
    String used = token("n1", HeraldRole.NODE, WEB);
    Enrolled before = Await.result(enrol(used, keys));
    String unused = token("n1", HeraldRole.NODE, WEB);
    Instant until = clock.instant().plusSeconds(60);
    revoke("n1");
    String meanwhile = token("n1", HeraldRole.NODE, WEB);
    for (Duration later : List.of(Duration.ZERO, Duration.ofSeconds(60))) {
      clock.advance(later);
      assertRefused(enrol(used, keys), Reason.TOKEN_UNKNOWN);
      assertRefused(enrol(unused, keys), Reason.TOKEN_UNKNOWN);
      assertRefused(enrol(meanwhile, keys), Reason.TOKEN_UNKNOWN);
    }
    assertThat(store.registrations().all()).isEmpty();

    Enrolled after = Await.result(enrol(token("n1", HeraldRole.NODE, WEB), keys));
    assertThat(accepted(after)).isEqualTo(accepted(before));
    assertThat(after.chain().getFirst().getNotBefore().toInstant()).isEqualTo(until);
    assertThat(before.chain().getFirst().getNotBefore().toInstant()).isBefore(until);
  }

  @Test
  void aCertificateFromBeforeTheRevocationOfItsNodeProvesItNoMore() throws Exception {
    Await.result(enrolment.enrol(HERE, byCertificate(outside, "old-7", null, clock.instant())));
    EnrolRequest same = byCertificate(outside, "old-7", null, clock.instant());
    revoke("n7");
    assertRefused(enrolment.enrol(HERE, same), Reason.CERTIFICATE);
    clock.advance(Duration.ofSeconds(60));
    assertRefused(enrolment.enrol(HERE, same), Reason.CERTIFICATE);
    assertThat(store.registrations().of("n7")).isEmpty();

    // Valid from two minutes before it was made on.
    clock.advance(Duration.ofMinutes(2));
    assertRefused(
        enrolment.enrol(HERE, byCertificate(outside, "old-7", null, clock.instant())),
        Reason.CERTIFICATE);
    Await.result(enrol(token("n7", HeraldRole.NODE, WEB), TestAuthority.keys()));
    EnrolRequest old = new EnrolRequest(same.name(), same.proof(), same.csr());
    assertRefused(enrolment.enrol(HERE, old), Reason.CERTIFICATE);
    Enrolled again =
        Await.result(enrolment.enrol(HERE, byCertificate(outside, "old-7", null, clock.instant())));
    assertThat(accepted(again)).hasToString("spiffe://mesh.test/herald/node/n7");
  }

  @Test
  void anyOtherCertificateProvesNothing() throws Exception {
    Instant now = clock.instant();
    List<EnrolRequest> wrong =
        List.of(
            byCertificate(outside, "old-8", null, now),
            byCertificate(mesh, "old-7", null, now),
            byCertificate(outside, "old-7", TestAuthority.keys(), now),
            byCertificate(outside, "old-7", null, now.minus(Duration.ofMinutes(6))),
            byCertificate(outside, "old-7", null, now.plus(Duration.ofMinutes(6))),
            new EnrolRequest(
                "n7",
                new Proof.Certificate(List.of(), ByteString.of((byte) 1), now),
                ByteString.of(Csr.create(keys, mesh.crypto()))),
            new EnrolRequest(
                "n7",
                new Proof.Certificate(
                    List.of(ByteString.of((byte) 0x30)), ByteString.of((byte) 1), now),
                ByteString.of(Csr.create(keys, mesh.crypto()))));
    for (EnrolRequest request : wrong) {
      assertRefused(enrolment.enrol(HERE, request), Reason.CERTIFICATE);
    }
    assertThat(store.issuanceLog().size()).isZero();
    assertThat(store.registrations().all()).isEmpty();
  }

  @Test
  void theMeshsOwnAuthorityIsNoOtherOneAlsoWhenItBecameItsOwnLater() throws Exception {
    enrolment = enrolment(MANY, mesh);
    assertRefused(
        enrolment.enrol(HERE, byCertificate(mesh, "old-7", null, clock.instant())),
        Reason.CERTIFICATE);
    assertThat(audited("refused").getFirst().detail()).contains("is the mesh's own");
    assertThat(store.registrations().all()).isEmpty();
  }

  @Test
  void aSignatureForOneRequestIsNoneForAnother() throws Exception {
    EnrolRequest good = byCertificate(outside, "old-7", null, clock.instant());
    EnrolRequest swapped =
        new EnrolRequest(
            "n7", good.proof(), ByteString.of(Csr.create(TestAuthority.keys(), mesh.crypto())));

    assertRefused(enrolment.enrol(HERE, swapped), Reason.CERTIFICATE);
    assertThat(new TrustDomain("mesh.test")).isEqualTo(TestAuthority.TD);
  }
}
