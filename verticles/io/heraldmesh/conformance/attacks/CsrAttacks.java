package io.heraldmesh.conformance.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.conformance.Cases;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.SpiffeId;
import java.security.SecureRandom;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** Hostile certificate requests: refused, or answered with nothing of theirs but the key. */
final class CsrAttacks implements Corpus {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final String REFUSED = "refused";
  private static final String ENTITLED = "entitled only";
  private static final Set<String> PURPOSES = Set.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");

  /** Extensions of a leaf: SKI, AKI, basic constraints, key usage, purposes, names. */
  private static final int EXTENSIONS = 6;

  @Override
  public boolean reads(DataFile file) {
    return file.json().has("caller") && file.hasList("cases", "csr_der_b64", "expect");
  }

  @Override
  public void run(DataFile file, Cases cases) {
    SpiffeId caller = SpiffeId.parse(file.json().get("caller").asText());
    for (JsonNode attack : file.json().get("cases")) {
      String expect = attack.get("expect").asText();
      cases.judge(
          attack.path("id").asText(),
          attack.path("class").asText(),
          expect.equals("issue-entitled-only"),
          () -> judge(attack, expect, caller));
    }
    for (JsonNode attack : file.json().path("enrolment")) {
      cases.judge(
          attack.path("id").asText(),
          attack.path("class").asText(),
          false,
          () ->
              attack.path("class").asText().equals("enrolment")
                  ? Outcome.skipped("needs enrolment of nodes, which is not there yet")
                  : Outcome.notUnderstood("class " + attack.path("class").asText()));
    }
  }

  private static Outcome judge(JsonNode attack, String expect, SpiffeId caller) throws Exception {
    if (!attack.path("class").asText().equals("csr")) {
      return Outcome.notUnderstood("class " + attack.path("class").asText());
    }
    byte[] der = Base64.getDecoder().decode(attack.get("csr_der_b64").asText());
    String first = "";
    for (Crypto crypto : Crypto.all()) {
      String outcome = outcome(crypto, der, caller);
      if (!first.isEmpty() && !first.equals(outcome)) {
        return Outcome.wrong("crypto implementations differ: " + first + ", " + outcome);
      }
      first = outcome;
    }
    boolean known = first.equals(REFUSED) || first.equals(ENTITLED);
    return switch (expect) {
      case "issue-entitled-only" ->
          known ? Outcome.accepted(true, first.equals(ENTITLED), first) : Outcome.wrong(first);
      case "reject" -> Outcome.accepted(false, !first.equals(REFUSED), first);
      case "reject-or-entitled-only" -> Outcome.unless(known ? "" : first);
      default -> Outcome.notUnderstood(expect);
    };
  }

  private static String outcome(Crypto crypto, byte[] der, SpiffeId caller)
      throws CertificateParsingException {
    Csr csr;
    try {
      csr = Csr.parse(der, crypto);
    } catch (InvalidCertificate e) {
      return REFUSED;
    }
    Authority authority =
        Authority.create(
            caller.trustDomain(), InstantSource.fixed(NOW), crypto, new SecureRandom());
    X509Certificate leaf = authority.sign(csr.publicKey(), caller, null, NOW).leaf();
    return entitledOnly(leaf, caller) ? ENTITLED : "issued more: " + leaf;
  }

  private static boolean entitledOnly(X509Certificate leaf, SpiffeId caller)
      throws CertificateParsingException {
    return leaf.getSubjectX500Principal().getName().isEmpty()
        && List.of(List.of(6, caller.toString()))
            .equals(List.copyOf(leaf.getSubjectAlternativeNames()))
        && Set.copyOf(leaf.getExtendedKeyUsage()).equals(PURPOSES)
        && leaf.getBasicConstraints() == -1
        && leaf.getCriticalExtensionOIDs().size() + leaf.getNonCriticalExtensionOIDs().size()
            == EXTENSIONS;
  }
}
