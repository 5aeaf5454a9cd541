package io.heraldmesh.conformance.spiffe;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.conformance.Cases;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.PeerRefusal;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.PrivateKeyPem;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.TrustDomain;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;

/**
 * The certificate files of the SPIFFE libraries. Their roots are not among them, so a good one gets
 * as far as "no path to a root", and a bad one is refused before. Sections that only describe cases
 * are left to the tests that make them.
 */
final class SpiffeFixtures implements Corpus {
  private static final Map<String, String> ELSEWHERE =
      Map.of(
          "x509svidVerifyToGenerate",
              "describes chains; PeerVerifierTest and PeerPathTest make them",
          "jwtsvidToGenerate", "Herald takes no JWT-SVIDs",
          "spiffebundle", "Herald reads trust bundles as PEM",
          "jwtbundle", "Herald takes no JWT-SVIDs",
          "endpointSocket", "Herald offers no Workload API");

  private static final Set<String> OTHER = Set.of("about", "x509svid");

  /** With no roots at all the answer would be that the domain is unknown. */
  private static final TrustBundle OTHER_ROOTS =
      Authority.create(
              new TrustDomain("example.org"),
              InstantSource.system(),
              Crypto.preferred(),
              new SecureRandom())
          .bundle();

  @Override
  public boolean reads(DataFile file) {
    return file.hasList("x509svid", "cert", "valid");
  }

  @Override
  public void run(DataFile file, Cases cases) {
    JsonNode data = file.json();
    for (JsonNode row : data.get("x509svid")) {
      cases.judge(
          row.get("cert").asText() + " with " + row.path("key").asText(),
          "x509svid",
          row.get("valid").asBoolean() && !row.path("disputed").asBoolean(),
          () -> judge(file, row));
    }
    data.fieldNames()
        .forEachRemaining(
            section -> {
              String reason = ELSEWHERE.get(section);
              if (reason != null) {
                int i = 0;
                for (JsonNode row : data.get(section)) {
                  String id = section + " " + i++ + " " + row.path("case").asText();
                  cases.judge(id.strip(), section, false, () -> Outcome.skipped(reason));
                }
              } else if (!OTHER.contains(section)) {
                cases.judge(
                    section, section, false, () -> Outcome.notUnderstood("section " + section));
              }
            });
  }

  private static Outcome judge(DataFile file, JsonNode row) throws GeneralSecurityException {
    String folder = file.name().substring(0, file.name().lastIndexOf('/') + 1);
    String pem = file.other(folder + row.get("cert").asText()).text();
    boolean expected = row.get("valid").asBoolean();
    CertificateChain chain;
    try {
      chain = CertificateChain.parsePem(pem);
    } catch (InvalidCertificate e) {
      return Outcome.accepted(expected, false, String.valueOf(e.getMessage()));
    }
    for (Crypto crypto : Crypto.all()) {
      PeerVerdict verdict = verdict(chain, crypto);
      boolean sound =
          verdict instanceof PeerVerdict.Refused refused
              && refused.reason() == PeerRefusal.UNTRUSTED;
      boolean actual = sound && holds(file.other(folder + row.path("key").asText()), chain.leaf());
      Outcome outcome = Outcome.accepted(expected, actual, verdict.toString());
      if (!(outcome instanceof Outcome.AsExpected)) {
        return outcome;
      }
    }
    return Outcome.asExpected();
  }

  private static PeerVerdict verdict(CertificateChain chain, Crypto crypto) {
    Instant whileValid =
        chain.certificates().stream()
            .map(c -> c.getNotBefore().toInstant())
            .max(Instant::compareTo)
            .orElseThrow();
    return new PeerVerifier(crypto)
        .verify(chain.certificates(), OTHER_ROOTS, PeerRole.CLIENT, whileValid);
  }

  /** Whether the key file holds the key of {@code leaf}. */
  private static boolean holds(DataFile keyFile, X509Certificate leaf)
      throws GeneralSecurityException {
    PrivateKey key;
    try {
      key = PrivateKeyPem.parse(keyFile.text(), Crypto.jdk());
    } catch (RuntimeException e) {
      return false;
    }
    if (!key.getAlgorithm().equals(leaf.getPublicKey().getAlgorithm())) {
      return false;
    }
    byte[] message = {1, 2, 3};
    String algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    Signature signature = Crypto.jdk().signature(algorithm);
    signature.initSign(key);
    signature.update(message);
    byte[] made = signature.sign();
    signature.initVerify(leaf.getPublicKey());
    signature.update(message);
    return signature.verify(made);
  }
}
