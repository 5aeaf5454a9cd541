package io.heraldmesh.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.SharedData;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.Pem;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TestCertificate;
import io.heraldmesh.identity.TestCertificate.Made;
import io.heraldmesh.identity.TrustDomain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacertsFolderTest {
  private static final TrustDomain MESH = new TrustDomain("mesh.test");
  private static final SpiffeId ID = SpiffeId.workload(MESH, "a", "b");
  private static final Instant NOW = TestCertificate.NOW;

  @TempDir Path folder;

  private final Made root = TestCertificate.authority("root").selfSigned();
  private final Made upper = TestCertificate.authority("upper").signedBy(root);
  private final Made issuer = TestCertificate.authority("issuer").signedBy(upper);

  @BeforeEach
  void aGoodFolder() throws Exception {
    write("ca-cert.pem", pem(issuer));
    write("ca-key.pem", key(issuer));
    write("cert-chain.pem", pem(issuer, upper, root));
    write("root-cert.pem", pem(root));
  }

  @Test
  void istiosFilesMakeAnAuthorityThatSignsWithItsWholeChain() {
    for (Crypto crypto : Crypto.all()) {
      Issued issued = sign(load(crypto));
      assertThat(issued.chain()).hasSize(3).endsWith(issuer.certificate(), upper.certificate());
    }
  }

  @Test
  void theChainFileMayComeInAnyOrderAndWithoutTheIssuerOrRoot() throws Exception {
    for (String chain : List.of(pem(root, upper, issuer), pem(upper), pem(upper, upper))) {
      write("cert-chain.pem", chain);
      assertThat(sign(load()).chain()).hasSize(3);
    }
  }

  @Test
  void anIssuerThatIsItsOwnRootSendsNoChain() throws Exception {
    write("ca-cert.pem", pem(root));
    write("ca-key.pem", key(root));
    write("cert-chain.pem", pem(root));
    assertThat(sign(load()).chain()).hasSize(1);
  }

  @Test
  void rsaAuthoritiesAndTheOlderKeyFormsWork() throws Exception {
    KeyPair rsa = TestCertificate.rsa(2048);
    Made rsaIssuer = TestCertificate.authority("rsa").keys(rsa).signedBy(root);
    write("ca-cert.pem", pem(rsaIssuer));
    byte[] pkcs1 =
        PrivateKeyInfo.getInstance(rsa.getPrivate().getEncoded())
            .parsePrivateKey()
            .toASN1Primitive()
            .getEncoded();
    for (String key : List.of(key(rsaIssuer), Pem.write("RSA PRIVATE KEY", pkcs1))) {
      write("ca-key.pem", key);
      for (Crypto crypto : Crypto.all()) {
        assertThat(sign(load(crypto)).leaf().getSigAlgName()).isEqualTo("SHA256withRSA");
      }
    }
  }

  @Test
  void theTlsFormWinsWhenItIsThere() throws Exception {
    Made other = TestCertificate.authority("other").selfSigned();
    Made otherIssuer = TestCertificate.authority("other issuer").signedBy(other);
    write("tls.crt", pem(otherIssuer));
    write("tls.key", key(otherIssuer));
    write("ca.crt", pem(other));
    assertThat(load().issuer()).isEqualTo(otherIssuer.certificate());
    Files.delete(folder.resolve("tls.key"));
    assertRefused("tls.key", "missing");
  }

  @Test
  void allRootsOfTheFileAreTrusted() throws Exception {
    Made next = TestCertificate.authority("next root").selfSigned();
    write("root-cert.pem", pem(next, root));
    assertThat(load().bundle().of(MESH)).containsExactly(root.certificate(), next.certificate());
  }

  @Test
  void eachMissingFileIsNamed() throws Exception {
    for (String name : List.of("ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem")) {
      String before = Files.readString(folder.resolve(name));
      Files.delete(folder.resolve(name));
      assertRefused(name, "missing");
      write(name, "not PEM -----");
      assertRefused(name, "");
      write(name, "");
      assertRefused(name, "");
      write(name, before);
    }
  }

  @Test
  void aKeyThatDoesNotFitIsRefusedAndNotShown() throws Exception {
    String wrong = key(upper);
    write("ca-key.pem", wrong);
    assertRefused("ca-key.pem", "is not the key of the certificate");
    write(
        "ca-key.pem",
        Pem.write("PRIVATE KEY", TestCertificate.rsa(2048).getPrivate().getEncoded()));
    assertRefused("ca-key.pem", "is not the key of the certificate");
    write("ca-key.pem", wrong.replaceFirst("MI", "M!"));
    assertThatExceptionOfType(AuthorityException.class)
        .isThrownBy(this::load)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(wrong.substring(60, 80)));
  }

  @Test
  void aChainThatLeadsToNoRootIsRefused() throws Exception {
    write("cert-chain.pem", pem(issuer));
    assertRefused("cert-chain.pem", "must lead to a root");
  }

  @Test
  void aLeafCannotBeAnAuthority() throws Exception {
    Made leaf =
        TestCertificate.authority("leaf")
            .with(Extension.basicConstraints, true, new BasicConstraints(false))
            .signedBy(root);
    write("ca-cert.pem", pem(leaf));
    write("ca-key.pem", key(leaf));
    assertRefused("ca-cert.pem", "not a signing certificate");
  }

  @Test
  void expiredCertificatesAreNamed() throws Exception {
    Made old =
        TestCertificate.authority("old")
            .valid(NOW.minusSeconds(99), NOW.minusSeconds(9))
            .signedBy(root);
    write("ca-cert.pem", pem(old));
    write("ca-key.pem", key(old));
    assertRefused("ca-cert.pem", "expired at");
    Made oldRoot =
        TestCertificate.authority("old root")
            .valid(NOW.minusSeconds(99), NOW.minusSeconds(9))
            .selfSigned();
    Made below = TestCertificate.authority("below").signedBy(oldRoot);
    write("ca-cert.pem", pem(below));
    write("ca-key.pem", key(below));
    write("root-cert.pem", pem(oldRoot));
    assertRefused("root-cert.pem", "expired at");
  }

  @Test
  void anAuthorityThatIsHeldToOtherNamesIsRefusedAtStart() throws Exception {
    Made held =
        TestCertificate.authority("held")
            .uris(false, "spiffe://mesh.test/ns/istio-system/sa/citadel")
            .signedBy(root);
    write("ca-cert.pem", pem(held));
    write("ca-key.pem", key(held));
    assertRefused("cert-chain.pem", "INVALID_SPIFFE_ID");
  }

  @Test
  void istiosOwnSampleIsReadUpToItsExpiry() {
    Path sample = SharedData.file("istio/istio-istio/security/samples/plugin_ca_certs");
    Instant whileValid =
        CertificateChain.parsePem(read(sample.resolve("ca-cert.pem")))
            .leaf()
            .getNotBefore()
            .toInstant()
            .plusSeconds(60);
    Authority authority =
        new CacertsFolder(sample)
            .load(MESH, InstantSource.fixed(whileValid), Crypto.preferred(), new SecureRandom());
    assertThat(authority.bundle().of(MESH)).hasSize(1);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Issued sign(Authority authority) {
    return authority.sign(TestCertificate.ec("secp256r1").getPublic(), ID, null, NOW);
  }

  private Authority load() {
    return load(Crypto.preferred());
  }

  private Authority load(Crypto crypto) {
    return new CacertsFolder(folder)
        .load(MESH, InstantSource.fixed(NOW), crypto, new SecureRandom());
  }

  private void assertRefused(String file, String word) {
    assertThatExceptionOfType(AuthorityException.class)
        .isThrownBy(this::load)
        .withMessageContaining(folder.resolve(file).toString())
        .withMessageContaining(word);
  }

  private void write(String name, String text) throws Exception {
    Files.writeString(folder.resolve(name), text);
  }

  private static String pem(Made... certificates) {
    return new CertificateChain(Stream.of(certificates).map(Made::certificate).toList()).pem();
  }

  private static String key(Made made) {
    return Pem.write("PRIVATE KEY", made.key().getEncoded());
  }
}
