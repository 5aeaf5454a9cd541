package io.heraldmesh.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.SharedData;
import io.heraldmesh.crypto.Crypto;
import java.io.IOException;
import java.nio.file.Files;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The certificate files that the SPIFFE libraries test with. Their roots are not among them, so a
 * good one gets as far as "no path to a root" and a bad one is refused before, by name.
 */
class SpiffeFixturesTest {
  private static final String NO_ROOT = "UNTRUSTED";

  /** What each file must come to; files whose point is the key are not listed. */
  private static final Map<String, String> OUTCOMES =
      Map.ofEntries(
          Map.entry("good-leaf-only.pem", NO_ROOT),
          Map.entry("good-leaf-and-intermediate.pem", NO_ROOT),
          Map.entry("good-key-and-cert.pem", "unread"),
          Map.entry("good-cert-and-key.pem", "unread"),
          Map.entry("key-pkcs8-rsa.pem", "unread"),
          Map.entry("corrupt-cert.pem", "unread"),
          Map.entry("wrong-leaf-empty-id.pem", "NO_SPIFFE_ID"),
          Map.entry("wrong-leaf-ca-true.pem", "LEAF_IS_CA"),
          Map.entry("wrong-leaf-no-digital-signature.pem", "KEY_USAGE"),
          Map.entry("wrong-leaf-cert-sign.pem", "KEY_USAGE"),
          Map.entry("wrong-leaf-crl-sign.pem", "KEY_USAGE"),
          Map.entry("wrong-intermediate-no-ca.pem", "ISSUER_NOT_CA"),
          Map.entry("wrong-intermediate-no-key-cert-sign.pem", "ISSUER_NOT_CA"));

  @Test
  void theLibrariesGoodAndBadCertificatesAreToldApart() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (JsonNode row : SharedData.json("spiffe/expectations.json").get("x509svid")) {
      String path = row.get("cert").asText();
      String expected = OUTCOMES.get(path.substring(path.lastIndexOf('/') + 1));
      String actual = outcome(path);
      if (!actual.equals(expected)) {
        wrong.add(path + ": " + actual + ", expected " + expected);
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void bundlesOfTheLibrariesAreReadOrRefused() throws Exception {
    TrustDomain domain = new TrustDomain("example.org");
    String folder = "spiffe/go-spiffe/bundle/x509bundle/testdata/";
    assertThat(TrustBundle.fromPem(domain, text(folder + "cert.pem")).of(domain)).hasSize(1);
    assertThat(TrustBundle.fromPem(domain, text(folder + "certs.pem")).of(domain)).hasSize(2);
    for (String bad : List.of("corrupted.pem", "empty.pem", "key.pem", "not-pem.pem")) {
      String pem = text(folder + bad);
      assertThatExceptionOfType(InvalidCertificate.class)
          .as(bad)
          .isThrownBy(() -> TrustBundle.fromPem(domain, pem))
          .withMessageContaining("example.org");
    }
  }

  private static String outcome(String path) throws IOException {
    List<X509Certificate> chain;
    try {
      chain = CertificateChain.parsePem(text("spiffe/" + path)).certificates();
    } catch (InvalidCertificate e) {
      return "unread";
    }
    // An unrelated root: with none at all the answer would be that the domain is unknown.
    X509Certificate root = TestCertificate.authority("unrelated").selfSigned().certificate();
    TrustBundle bundle = new TrustBundle(Map.of(new TrustDomain("example.org"), List.of(root)));
    Instant whileValid =
        chain.stream().map(c -> c.getNotBefore().toInstant()).max(Instant::compareTo).orElseThrow();
    List<String> outcomes =
        Crypto.all().stream()
            .map(c -> new PeerVerifier(c).verify(chain, bundle, PeerRole.CLIENT, whileValid))
            .map(
                v ->
                    v instanceof PeerVerdict.Refused(var reason, var _)
                        ? reason.name()
                        : "accepted")
            .distinct()
            .toList();
    assertThat(outcomes).as("every implementation says the same of " + path).hasSize(1);
    return outcomes.getFirst();
  }

  private static String text(String name) throws IOException {
    return Files.readString(SharedData.file(name));
  }
}
