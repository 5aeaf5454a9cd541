package io.heraldmesh.conformance.attacks;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Certificate paths of x509-limbo. Its leaves have host names and no SPIFFE ID, so the path and
 * what holds for any leaf are judged without the identity; whole, Herald refuses every one of them.
 * Its tier {@code must} is held to; {@code profile} and {@code pedantic} are for information.
 */
final class LimboPaths implements Corpus {
  /** For cases without a time of their own. */
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

  @Override
  public boolean reads(DataFile file) {
    return file.hasList(
        "cases", "validation_kind", "trusted_certs", "peer_certificate", "expected_result");
  }

  @Override
  public void run(DataFile file, Cases cases) {
    for (JsonNode limbo : file.json().get("cases")) {
      String tier = limbo.path("tier").asText();
      cases.judge(
          limbo.path("id").asText(),
          caAsLeaf(limbo) ? "ca-as-leaf" : tier,
          tier.equals("must") && limbo.get("expected_result").asText().equals("SUCCESS"),
          () -> judge(limbo, tier));
    }
  }

  /** Whether the case would accept an authority as the peer itself. */
  private static boolean caAsLeaf(JsonNode limbo) {
    try {
      return limbo.get("expected_result").asText().equals("SUCCESS")
          && limbo.path("tier").asText().equals("must")
          && CertificateChain.parsePem(limbo.get("peer_certificate").asText())
                  .leaf()
                  .getBasicConstraints()
              >= 0;
    } catch (InvalidCertificate e) {
      return false;
    }
  }

  private static Outcome judge(JsonNode limbo, String tier) {
    switch (tier) {
      case "must" -> {}
      case "profile", "pedantic" -> {
        return Outcome.skipped("tier " + tier + ": niceties of the web's profile, not held to");
      }
      case "if-crl" -> {
        return Outcome.skipped("Herald reads no revocation lists; leaves are short-lived");
      }
      case "if-depth-option" -> {
        return Outcome.skipped("Herald has no option for the depth of a chain");
      }
      default -> {
        return Outcome.notUnderstood("tier " + tier);
      }
    }
    String expected = limbo.get("expected_result").asText();
    if (!expected.equals("SUCCESS") && !expected.equals("FAILURE")) {
      return Outcome.notUnderstood("expected_result " + expected);
    }
    List<Optional<PeerVerdict.Refused>> refusals =
        Crypto.all().stream().map(c -> refusal(c, limbo)).toList();
    boolean accepted = refusals.getFirst().isEmpty();
    if (accepted && expected.equals("FAILURE") && !HostNames.match(limbo)) {
      return Outcome.skipped("differs in its host name only: a peer is known by its SPIFFE ID");
    }
    return Expected.acceptance(
        expected.equals("SUCCESS") ? "accept" : "reject",
        refusals.stream().map(Optional::isEmpty).toList(),
        refusals.getFirst().map(r -> r.reason() + ": " + r.detail()).orElse("path holds"));
  }

  private static Optional<PeerVerdict.Refused> refusal(Crypto crypto, JsonNode limbo) {
    PeerRole role =
        limbo.get("validation_kind").asText().equals("SERVER") ? PeerRole.SERVER : PeerRole.CLIENT;
    JsonNode time = limbo.path("validation_time");
    Instant now = time.isTextual() ? OffsetDateTime.parse(time.asText()).toInstant() : NOW;
    try {
      List<X509Certificate> chain = new ArrayList<>();
      chain.add(CertificateChain.parsePem(limbo.get("peer_certificate").asText()).leaf());
      chain.addAll(certificates(limbo.path("untrusted_intermediates")));
      List<X509Certificate> roots = certificates(limbo.get("trusted_certs"));
      return new PeerVerifier(crypto).refusalOfPath(chain, roots, role, now);
    } catch (InvalidCertificate e) {
      return Optional.of(
          new PeerVerdict.Refused(PeerRefusal.MALFORMED, String.valueOf(e.getMessage())));
    }
  }

  private static List<X509Certificate> certificates(JsonNode pems) {
    List<X509Certificate> list = new ArrayList<>();
    pems.forEach(pem -> list.addAll(CertificateChain.parsePem(pem.asText()).certificates()));
    return list;
  }
}
