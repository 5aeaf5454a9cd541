package io.heraldmesh.ca;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TestCertificate;
import io.heraldmesh.identity.TrustDomain;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.junit.jupiter.api.Test;

/** What differs in any field from what was asked does not leave. */
class IssuedLinterTest {
  private static final Instant NOW = TestCertificate.NOW;
  private static final Instant LATER = NOW.plusSeconds(600);
  private static final TrustDomain MESH = new TrustDomain("mesh.test");
  private static final SpiffeId ID = SpiffeId.workload(MESH, "a", "b");
  private static final BigInteger SERIAL = BigInteger.ONE.shiftLeft(158);
  private static final KeyPair KEYS = TestCertificate.ec("secp256r1");

  private final Crypto crypto = Crypto.preferred();
  private final Authority authority =
      Authority.create(MESH, InstantSource.fixed(NOW), crypto, new SecureRandom());
  private final X509Certificate issuer = authority.issuer();
  private final IssuedLinter linter = new IssuedLinter(authority.bundle(), crypto);
  private final TBSCertificate made =
      CertificateTemplate.leaf(
          ID, KEYS.getPublic(), SERIAL, NOW, LATER, issuer, issuer.getPublicKey());
  private final Leaf asked = new Leaf(ID, KEYS.getPublic(), SERIAL, NOW, LATER, issuer);

  @Test
  void whatIsAsAskedPasses() throws Exception {
    assertThatCode(() -> linter.check(made, asked)).doesNotThrowAnyException();
    List<X509Certificate> chain = chain(made);
    assertThatCode(() -> linter.check(chain, made, asked, NOW)).doesNotThrowAnyException();
  }

  @Test
  void eachFieldIsCompared() {
    SpiffeId other = SpiffeId.workload(MESH, "a", "admin");
    KeyPair otherKeys = TestCertificate.ec("secp256r1");
    assertRefused(new Leaf(other, KEYS.getPublic(), SERIAL, NOW, LATER, issuer), "subject alt");
    assertRefused(new Leaf(ID, otherKeys.getPublic(), SERIAL, NOW, LATER, issuer), "public key");
    assertRefused(
        new Leaf(ID, KEYS.getPublic(), SERIAL.add(BigInteger.ONE), NOW, LATER, issuer), "serial");
    assertRefused(
        new Leaf(ID, KEYS.getPublic(), SERIAL, NOW.plusSeconds(1), LATER, issuer), "notBefore");
    assertRefused(
        new Leaf(ID, KEYS.getPublic(), SERIAL, NOW, LATER.plusSeconds(1), issuer), "notAfter");
    assertRefused(
        new Leaf(ID, KEYS.getPublic(), SERIAL, NOW, LATER, authority.bundle().of(MESH).getFirst()),
        "issuer");
  }

  @Test
  void aShortSerialIsRefused() {
    BigInteger small = BigInteger.valueOf(7);
    TBSCertificate tbs =
        CertificateTemplate.leaf(
            ID, KEYS.getPublic(), small, NOW, LATER, issuer, issuer.getPublicKey());
    Leaf leaf = new Leaf(ID, KEYS.getPublic(), small, NOW, LATER, issuer);
    assertThatExceptionOfType(IssuanceRefused.class)
        .isThrownBy(() -> linter.check(tbs, leaf))
        .withMessageContaining("serial");
  }

  @Test
  void anAuthoritysProfileNeverPassesForALeaf() {
    TBSCertificate tbs =
        CertificateTemplate.authority(
            new SpiffeId(MESH, ""),
            CertificateTemplate.subject(issuer),
            KEYS.getPublic(),
            0,
            null,
            SERIAL,
            NOW,
            LATER,
            CertificateTemplate.subject(issuer),
            issuer.getPublicKey());
    assertThatExceptionOfType(IssuanceRefused.class)
        .isThrownBy(() -> linter.check(tbs, asked))
        .extracting(IssuanceRefused::reason)
        .isEqualTo(IssuanceRefused.Reason.CHECK_FAILED);
  }

  @Test
  void bytesOtherThanTheCheckedOnesAreRefusedAfterSigning() throws Exception {
    TBSCertificate other =
        CertificateTemplate.leaf(
            ID,
            KEYS.getPublic(),
            SERIAL.add(BigInteger.ONE),
            NOW,
            LATER,
            issuer,
            issuer.getPublicKey());
    List<X509Certificate> chain = chain(other);
    assertThatExceptionOfType(IssuanceRefused.class)
        .isThrownBy(() -> linter.check(chain, made, asked, NOW))
        .withMessageContaining("signed bytes");
  }

  @Test
  void whatPeersWouldRefuseIsRefused() throws Exception {
    List<X509Certificate> chain = chain(made);
    assertThatExceptionOfType(IssuanceRefused.class)
        .isThrownBy(() -> linter.check(chain.subList(0, 1), made, asked, NOW))
        .withMessageContaining("UNTRUSTED");
    assertThatExceptionOfType(IssuanceRefused.class)
        .isThrownBy(() -> linter.check(chain, made, asked, LATER.plusSeconds(1)))
        .withMessageContaining("EXPIRED");
  }

  private List<X509Certificate> chain(TBSCertificate tbs) throws Exception {
    return List.of(
        CertificateTemplate.sign(
            tbs, authority.material().issuerKey(), issuer.getPublicKey(), crypto),
        issuer);
  }

  private void assertRefused(Leaf other, String field) {
    assertThatExceptionOfType(IssuanceRefused.class)
        .isThrownBy(() -> linter.check(made, other))
        .withMessageContaining(field);
  }
}
