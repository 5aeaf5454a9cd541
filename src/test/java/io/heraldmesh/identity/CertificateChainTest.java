package io.heraldmesh.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CertificateChainTest {
  private static final TrustDomain MESH = new TrustDomain("mesh.test");
  private static final TrustDomain OTHER = new TrustDomain("other.test");
  private static final X509Certificate A = made("a");
  private static final X509Certificate B = made("b");
  private static final String PEM = new CertificateChain(List.of(A)).pem();

  @Test
  void whatIsWrittenIsReadAgainInItsOrder() {
    CertificateChain chain = new CertificateChain(List.of(A, B));
    assertThat(CertificateChain.parsePem(chain.pem())).isEqualTo(chain);
    assertThat(CertificateChain.parseDer(chain.der())).isEqualTo(chain);
    assertThat(chain.leaf()).isEqualTo(A);
    assertThat(chain.pem().lines()).allMatch(line -> line.length() <= 64);
  }

  @Test
  void windowsLineEndsAndBlankLinesAreRead() {
    assertThat(CertificateChain.parsePem("\n" + PEM.replace("\n", "\r\n") + "\n\n").leaf())
        .isEqualTo(A);
  }

  @Test
  void textThatIsNotOnlyCertificatesIsRefused() {
    for (String bad :
        List.of(
            "",
            "hello",
            PEM + "hello",
            "hello\n" + PEM,
            PEM.replace("CERTIFICATE", "PRIVATE KEY"),
            PEM + Pem.write("PRIVATE KEY", new byte[] {1}),
            PEM.replace("-----END CERTIFICATE-----", ""),
            PEM.replace("END CERTIFICATE", "END CRL"),
            PEM.replace("MII", "M!I"),
            PEM.replaceFirst("\n", "\nkey: value\n\n"),
            PEM.replace("-----BEGIN CERTIFICATE-----", "-----BEGIN -----"),
            PEM.substring(0, PEM.length() / 2),
            "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")) {
      assertThatExceptionOfType(InvalidCertificate.class)
          .as(bad)
          .isThrownBy(() -> CertificateChain.parsePem(bad));
    }
  }

  @Test
  void bytesAfterACertificateAreRefused() {
    byte[] der = CertificateChain.encoded(A);
    assertThat(CertificateChain.certificate(der)).isEqualTo(A);
    assertUnread(Arrays.copyOf(der, der.length + 1));
    assertUnread(Arrays.copyOf(der, der.length - 1));
    byte[] two = Arrays.copyOf(der, der.length * 2);
    System.arraycopy(der, 0, two, der.length, der.length);
    assertUnread(two);
  }

  @Test
  void otherEncodingsAreRefused() {
    assertUnread(new byte[0]);
    assertUnread(PEM.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    byte[] der = CertificateChain.encoded(A);
    // BER: the outer length with a leading zero.
    byte[] ber = new byte[der.length + 1];
    ber[0] = 0x30;
    ber[1] = (byte) 0x83;
    System.arraycopy(der, 2, ber, 3, der.length - 2);
    assertUnread(ber);
  }

  @Test
  void sizesAreBounded() {
    byte[] big = new byte[CertificateChain.MAX_CERTIFICATE_BYTES + 1];
    big[0] = 0x30;
    assertUnread(big);
    int most = CertificateChain.MAX_CERTIFICATES;
    String full = String.join("", Collections.nCopies(most, PEM));
    assertThat(CertificateChain.parsePem(full).certificates()).hasSize(most);
    assertThatExceptionOfType(InvalidCertificate.class)
        .isThrownBy(() -> CertificateChain.parsePem(full + PEM));
    assertThatExceptionOfType(InvalidCertificate.class)
        .isThrownBy(() -> CertificateChain.parsePem(" ".repeat(2 * 1024 * 1024)));
  }

  @Test
  void aBlockNeverShowsItsBytes() {
    Pem.Block block = Pem.read(PEM, Pem.Text.REFUSED).getFirst();
    assertThat(block).hasToString("CERTIFICATE (" + block.der().length + " bytes)");
  }

  @Test
  void aBundleMayHoldExplanationsAndHoldsEachRootOnce() {
    String pem = "# the root of 2026\n" + PEM + "\nthe same again\n" + PEM;
    TrustBundle bundle = TrustBundle.fromPem(MESH, pem);
    assertThat(bundle.of(MESH)).containsExactly(A);
    assertThat(bundle.of(OTHER)).isEmpty();
    assertThat(bundle.pem(MESH)).isEqualTo(PEM);
    assertThat(bundle.pem(OTHER)).isEmpty();
  }

  @Test
  void aBundleWithoutRootsIsRefusedAndNamed() {
    assertThatExceptionOfType(InvalidCertificate.class)
        .isThrownBy(() -> TrustBundle.fromPem(Map.of(MESH, PEM, OTHER, "")))
        .withMessageContaining("other.test");
  }

  @Test
  void theDigestIsOfWhatIsTrustedAndNotOfItsOrder() {
    String ab = digest(Map.of(MESH, List.of(A, B), OTHER, List.of(A)));
    assertThat(digest(Map.of(OTHER, List.of(A), MESH, List.of(B, A)))).isEqualTo(ab);
    assertThat(digest(Map.of(MESH, List.of(A), OTHER, List.of(A, B)))).isNotEqualTo(ab);
    assertThat(digest(Map.of(MESH, List.of(A, B)))).isNotEqualTo(ab);
    assertThat(ab).matches("[0-9a-f]{64}");
  }

  private static String digest(Map<TrustDomain, List<X509Certificate>> roots) {
    return new TrustBundle(roots).digest();
  }

  private static void assertUnread(byte[] der) {
    assertThatExceptionOfType(InvalidCertificate.class)
        .isThrownBy(() -> CertificateChain.certificate(der));
  }

  private static X509Certificate made(String name) {
    return TestCertificate.authority(name).selfSigned().certificate();
  }
}
