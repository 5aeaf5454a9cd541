package io.heraldmesh.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.SharedData;
import io.heraldmesh.crypto.Crypto;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The part of the x509-limbo suite that is about paths: its leaves have host names and no SPIFFE
 * ID, so the path check and the checks of a leaf run without the identity, under every crypto
 * implementation. What is held to the letter is its tier {@code must}; where another tier differs
 * is printed by a failing assertion only if a case is accepted that should not be.
 */
class X509LimboTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

  private static final String HOST_NAMES =
      "a peer is known by its SPIFFE ID; host names are not compared";

  private static final String AUTHORITY = "X509-SVID section 4.1: a leaf is never an authority";

  /** Cases that come out otherwise, and why. */
  private static final Map<String, String> EXCEPTIONS =
      Map.ofEntries(
          Map.entry("pathlen::validation-ignores-pathlen-in-leaf", AUTHORITY),
          Map.entry("rfc5280::ca-as-leaf", AUTHORITY),
          Map.entry("rfc5280::san::underscore-dns", HOST_NAMES),
          Map.entry("rfc5280::san::ip-in-dns", HOST_NAMES),
          Map.entry("webpki::cn::not-in-san", HOST_NAMES),
          Map.entry("webpki::san::mismatch-domain-san", HOST_NAMES),
          Map.entry("webpki::san::mismatch-subdomain-san", HOST_NAMES),
          Map.entry("webpki::san::mismatch-subdomain-apex-san", HOST_NAMES),
          Map.entry("webpki::san::mismatch-apex-subdomain-san", HOST_NAMES),
          Map.entry("webpki::san::wildcard-embedded-leftmost-san", HOST_NAMES),
          Map.entry("webpki::san::wildcard-not-in-leftmost-san", HOST_NAMES),
          Map.entry("webpki::san::wildcard-match-across-labels-san", HOST_NAMES),
          Map.entry("webpki::san::wildcard-embedded-ulabel-san", HOST_NAMES),
          Map.entry("webpki::san::no-san", HOST_NAMES),
          Map.entry("webpki::san::san-wildcard-only", HOST_NAMES),
          Map.entry("webpki::san::san-wildcard-only-tld", HOST_NAMES));

  @Test
  void everyPathIsDecidedAsItMustBeAndAlikeByEveryImplementation() {
    List<String> wrong = new ArrayList<>();
    int refused = 0;
    int accepted = 0;
    for (JsonNode limbo : SharedData.json("attacks/x509-limbo.json").get("cases")) {
      String id = limbo.get("id").asText();
      if (!limbo.get("tier").asText().equals("must")) {
        continue;
      }
      List<String> outcomes = new ArrayList<>();
      for (Crypto crypto : Crypto.all()) {
        outcomes.add(outcome(crypto, limbo));
      }
      if (outcomes.stream().distinct().count() != 1) {
        wrong.add(id + ": implementations differ: " + outcomes);
      }
      boolean expected = limbo.get("expected_result").asText().equals("SUCCESS");
      boolean actual = outcomes.getFirst().equals("accepted");
      if ((expected != actual) != EXCEPTIONS.containsKey(id)) {
        wrong.add(id + ": " + outcomes.getFirst() + ", expected " + limbo.get("expected_result"));
      }
      accepted += actual ? 1 : 0;
      refused += actual ? 0 : 1;
    }
    assertThat(wrong).isEmpty();
    assertThat(accepted).as("controls, without which the rest proves nothing").isGreaterThan(25);
    assertThat(refused).isGreaterThan(50);
  }

  private static String outcome(Crypto crypto, JsonNode limbo) {
    try {
      PeerRole role =
          limbo.get("validation_kind").asText().equals("SERVER")
              ? PeerRole.SERVER
              : PeerRole.CLIENT;
      CertificateFields leaf =
          CertificateFields.of(
              CertificateChain.parsePem(limbo.get("peer_certificate").asText()).leaf());
      PeerVerifier.requireLeaf(leaf, role);
      List<X509Certificate> given = certificates(limbo.path("untrusted_intermediates"));
      List<X509Certificate> roots = certificates(limbo.get("trusted_certs"));
      JsonNode time = limbo.path("validation_time");
      Instant now = time.isTextual() ? OffsetDateTime.parse(time.asText()).toInstant() : NOW;
      new CertificatePath(crypto, given, roots, role, now).check(leaf);
      return "accepted";
    } catch (PathRefused e) {
      return "refused " + e.reason() + " " + e.getMessage();
    } catch (InvalidCertificate e) {
      return "refused unread";
    }
  }

  private static List<X509Certificate> certificates(JsonNode pems) {
    List<X509Certificate> list = new ArrayList<>();
    pems.forEach(pem -> list.addAll(CertificateChain.parsePem(pem.asText()).certificates()));
    return list;
  }
}
