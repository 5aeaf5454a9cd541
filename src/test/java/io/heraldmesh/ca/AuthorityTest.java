package io.heraldmesh.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AuthorityTest {
  private static final TrustDomain MESH = new TrustDomain("mesh.test");
  private static final SpiffeId CLIENT = SpiffeId.workload(MESH, "a", "client");
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.250Z");

  static Stream<Crypto> cryptos() {
    return Crypto.all().stream();
  }

  @ParameterizedTest
  @MethodSource("cryptos")
  void signsALeafUnderTheSpiffeProfile(Crypto crypto) throws Exception {
    Authority authority = authority(crypto);

    Issued issued = authority.sign(ec(crypto).getPublic(), CLIENT, null, NOW);

    X509Certificate leaf = issued.leaf();
    assertThat(leaf.getVersion()).isEqualTo(3);
    assertThat(leaf.getSubjectX500Principal().getName()).isEmpty();
    assertThat(leaf.getSubjectAlternativeNames())
        .containsExactly(List.of(6, "spiffe://mesh.test/ns/a/sa/client"));
    assertThat(leaf.getCriticalExtensionOIDs())
        .containsExactlyInAnyOrder("2.5.29.15", "2.5.29.17", "2.5.29.19");
    assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
    assertThat(leaf.getKeyUsage())
        .containsExactly(true, false, false, false, false, false, false, false, false);
    assertThat(leaf.getExtendedKeyUsage())
        .containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
    assertThat(leaf.getNotBefore()).isEqualTo(Instant.parse("2026-03-01T11:58:00Z"));
    assertThat(leaf.getNotAfter()).isEqualTo(Instant.parse("2026-03-02T12:00:00Z"));
    assertThat(leaf.getSerialNumber()).isEqualTo(new BigInteger(issued.serialHex(), 16));
    assertThat(issued.chain()).hasSize(2).endsWith(authority.issuer());
    leaf.verify(authority.issuer().getPublicKey());
  }

  @ParameterizedTest
  @MethodSource("cryptos")
  void whatItSignsIsAcceptedByPeersInBothRoles(Crypto crypto) throws Exception {
    Authority authority = authority(crypto);
    SpiffeId node = SpiffeId.herald(MESH, HeraldRole.NODE, "node-1");
    for (SpiffeId id : List.of(CLIENT, node)) {
      Issued issued = authority.sign(ec(crypto).getPublic(), id, Duration.ofHours(1), NOW);
      for (PeerRole role : PeerRole.values()) {
        assertThat(new PeerVerifier(crypto).verify(issued.chain(), authority.bundle(), role, NOW))
            .isEqualTo(new PeerVerdict.Accepted(id, issued.notAfter()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cryptos")
  void anRsaLeafMayAlsoEncipherKeys(Crypto crypto) throws Exception {
    KeyPairGenerator generator = crypto.keyPairGenerator("RSA");
    generator.initialize(2048);
    Issued issued =
        authority(crypto).sign(generator.generateKeyPair().getPublic(), CLIENT, null, NOW);
    assertThat(issued.leaf().getKeyUsage())
        .containsExactly(true, false, true, false, false, false, false, false, false);
  }

  @ParameterizedTest
  @MethodSource("cryptos")
  void serialNumbersArePositiveLongAndNeverRepeat(Crypto crypto) throws Exception {
    Authority authority = authority(crypto);
    KeyPair keys = ec(crypto);
    Set<String> serials = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      String serial = authority.sign(keys.getPublic(), CLIENT, null, NOW).serialHex();
      assertThat(serial).hasSize(40);
      serials.add(serial);
    }
    assertThat(serials).hasSize(50);
  }

  @ParameterizedTest
  @MethodSource("cryptos")
  void aLifeOverTheMaximumIsAnErrorAndNotClamped(Crypto crypto) throws Exception {
    Authority authority = authority(crypto);
    KeyPair keys = ec(crypto);
    assertThat(authority.sign(keys.getPublic(), CLIENT, Authority.MAX_TTL, NOW).notAfter())
        .isEqualTo(Instant.parse("2026-05-30T12:00:00Z"));
    assertRefused(
        IssuanceRefused.Reason.TTL,
        () -> authority.sign(keys.getPublic(), CLIENT, Authority.MAX_TTL.plusSeconds(1), NOW));
  }

  @ParameterizedTest
  @MethodSource("cryptos")
  void aLeafNeverOutlivesItsIssuer(Crypto crypto) throws Exception {
    Authority authority = authority(crypto);
    Instant late = authority.notAfter().minus(Duration.ofHours(1));
    assertThat(authority.sign(ec(crypto).getPublic(), CLIENT, null, late).notAfter())
        .isEqualTo(authority.notAfter());
  }

  @ParameterizedTest
  @MethodSource("cryptos")
  void anExpiredOrNotYetValidAuthorityDoesNotSign(Crypto crypto) throws Exception {
    Authority authority = authority(crypto);
    KeyPair keys = ec(crypto);
    for (Instant when : List.of(authority.notAfter(), NOW.minus(Duration.ofDays(1)))) {
      assertRefused(
          IssuanceRefused.Reason.AUTHORITY_NOT_VALID,
          () -> authority.sign(keys.getPublic(), CLIENT, null, when));
    }
  }

  @ParameterizedTest
  @MethodSource("cryptos")
  void identitiesOfOtherTrustDomainsOrWithoutAPathAreRefused(Crypto crypto) throws Exception {
    Authority authority = authority(crypto);
    KeyPair keys = ec(crypto);
    for (String id : List.of("spiffe://other.test/ns/a/sa/client", "spiffe://mesh.test")) {
      assertRefused(
          IssuanceRefused.Reason.IDENTITY,
          () -> authority.sign(keys.getPublic(), SpiffeId.parse(id), null, NOW));
    }
  }

  @ParameterizedTest
  @MethodSource("cryptos")
  void weakKeysAreRefused(Crypto crypto) throws Exception {
    Authority authority = authority(crypto);
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(1024);
    KeyPairGenerator dsa = KeyPairGenerator.getInstance("DSA");
    KeyPairGenerator ed = KeyPairGenerator.getInstance("Ed25519");
    for (KeyPairGenerator generator : List.of(rsa, dsa, ed)) {
      KeyPair keys = generator.generateKeyPair();
      assertRefused(
          IssuanceRefused.Reason.WEAK_KEY,
          () -> authority.sign(keys.getPublic(), CLIENT, null, NOW));
    }
  }

  @ParameterizedTest
  @MethodSource("cryptos")
  void aRequestsKeyEndsInTheLeaf(Crypto crypto) throws Exception {
    KeyPair keys = ec(crypto);
    Csr csr = Csr.parsePem(Csr.pem(Csr.create(keys, crypto)), crypto);
    Issued issued = authority(crypto).sign(csr.publicKey(), CLIENT, null, NOW);
    assertThat(issued.leaf().getPublicKey().getEncoded()).isEqualTo(keys.getPublic().getEncoded());
  }

  private static Authority authority(Crypto crypto) {
    return Authority.create(MESH, InstantSource.fixed(NOW), crypto, new SecureRandom());
  }

  private static KeyPair ec(Crypto crypto) throws Exception {
    KeyPairGenerator generator = crypto.keyPairGenerator("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }

  private static void assertRefused(
      IssuanceRefused.Reason reason, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatExceptionOfType(IssuanceRefused.class)
        .isThrownBy(call)
        .extracting(IssuanceRefused::reason)
        .isEqualTo(reason);
  }
}
