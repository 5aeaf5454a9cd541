package io.heraldmesh.conformance.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.conformance.Cases;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.TrustDomain;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Chains that break the X509-SVID profile, in both roles, as {@code herald verify cert} does. */
final class SpiffeChains implements Corpus {
  /** Every chain that is good is good at this time. */
  private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");

  private static final Set<String> CLASSES =
      Set.of(
          "control",
          "validity",
          "trust",
          "signature",
          "weak",
          "san",
          "eku",
          "key-usage",
          "name-constraints",
          "chain");

  /** Cases that a look at certificates alone cannot decide, by a word of their note. */
  private static final Map<String, String> NOT_OFFLINE =
      Map.of(
          "proof of possession",
          "the handshake proves who holds the key; LiveCertificatesTest drives it",
          "only if a deny list",
          "no deny list is promised; leaves are short-lived");

  @Override
  public boolean reads(DataFile file) {
    return file.json().has("bundles") && file.hasList("cases", "chain", "trust", "side", "expect");
  }

  @Override
  public void run(DataFile file, Cases cases) {
    JsonNode data = file.json();
    for (JsonNode c : data.get("cases")) {
      String side = c.get("side").asText();
      String kind = c.path("class").asText();
      for (String role : side.equals("both") ? List.of("client", "server") : List.of(side)) {
        cases.judge(
            c.path("id").asText() + " " + role,
            kind,
            kind.equals("control") || c.get("expect").asText().equals("accept"),
            () -> judge(data, c, role));
      }
    }
  }

  private static Outcome judge(JsonNode data, JsonNode c, String side) {
    if (!CLASSES.contains(c.path("class").asText())) {
      return Outcome.notUnderstood("class " + c.path("class").asText());
    }
    for (Map.Entry<String, String> reason : NOT_OFFLINE.entrySet()) {
      if (c.path("note").asText().contains(reason.getKey())) {
        return Outcome.skipped(reason.getValue());
      }
    }
    PeerRole role =
        switch (side) {
          case "client" -> PeerRole.CLIENT;
          case "server" -> PeerRole.SERVER;
          default -> null;
        };
    if (role == null) {
      return Outcome.notUnderstood("side " + side);
    }
    JsonNode pems = data.get("bundles").path(c.get("trust").asText());
    if (pems.isMissingNode()) {
      return Outcome.notUnderstood("trust " + c.get("trust").asText());
    }
    TrustBundle bundle = bundle(data.get("trust_domain").asText(), pems);
    List<PeerVerdict> verdicts =
        Crypto.all().stream()
            .map(crypto -> verdict(crypto, c.get("chain").asText(), bundle, role))
            .toList();
    String expect = c.get("expect").asText();
    String identity = c.path("identity").asText("");
    if (verdicts.getFirst() instanceof PeerVerdict.Accepted accepted
        && !identity.isEmpty()
        && !expect.equals("accept-other")
        && !accepted.id().toString().equals(identity)) {
      return Outcome.wrong("identity is " + accepted.id());
    }
    if (expect.equals("accept-other")) {
      return Outcome.unless(
          verdicts.getFirst() instanceof PeerVerdict.Accepted accepted
                  && accepted.id().toString().equals(data.path("identity").asText())
              ? "taken for " + accepted.id()
              : "");
    }
    return Expected.acceptance(
        expect,
        verdicts.stream().map(PeerVerdict.Accepted.class::isInstance).toList(),
        verdicts.getFirst().toString());
  }

  private static PeerVerdict verdict(Crypto crypto, String pem, TrustBundle bundle, PeerRole role) {
    try {
      return new PeerVerifier(crypto)
          .verify(CertificateChain.parsePem(pem).certificates(), bundle, role, NOW);
    } catch (InvalidCertificate e) {
      return new PeerVerdict.Refused(
          io.heraldmesh.identity.PeerRefusal.MALFORMED, String.valueOf(e.getMessage()));
    }
  }

  private static TrustBundle bundle(String own, JsonNode bundle) {
    Map<TrustDomain, String> pems = new HashMap<>();
    if (bundle.isTextual()) {
      pems.put(new TrustDomain(own), bundle.asText());
    }
    bundle.properties().forEach(e -> pems.put(new TrustDomain(e.getKey()), e.getValue().asText()));
    return TrustBundle.fromPem(pems);
  }
}
