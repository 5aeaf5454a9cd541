package io.heraldmesh.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.SharedData;
import io.heraldmesh.crypto.Crypto;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The attack chains of the SPIFFE profile, in both roles, under every crypto implementation. */
class SpiffeCertificatesTest {
  private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");

  /** Cases that a look at certificates alone cannot decide, and why. */
  private static final Map<String, String> NOT_HERE =
      Map.of(
          "cert-wrong-key", "the certificate is good; the handshake proves who holds its key",
          "cert-revoked", "there is no deny list; leaves are short-lived");

  @Test
  void everyCaseIsDecidedAsItMustBeAndAlikeByEveryImplementation() {
    JsonNode data = SharedData.json("attacks/spiffe-certs.json");
    List<String> wrong = new ArrayList<>();
    int driven = 0;
    int controls = 0;
    for (JsonNode attack : data.get("cases")) {
      String id = attack.get("id").asText();
      if (NOT_HERE.containsKey(id)) {
        continue;
      }
      TrustBundle bundle = bundle(data, attack.get("trust").asText());
      for (PeerRole role : roles(attack.get("side").asText())) {
        List<String> outcomes = new ArrayList<>();
        for (Crypto crypto : Crypto.all()) {
          outcomes.add(outcome(crypto, attack.get("chain").asText(), bundle, role));
        }
        if (outcomes.stream().distinct().count() != 1) {
          wrong.add(id + " " + role + ": implementations differ: " + outcomes);
        }
        String identity = attack.path("identity").asText("");
        boolean good =
            switch (attack.get("expect").asText()) {
              case "accept" -> outcomes.getFirst().equals(identity);
              case "reject" -> outcomes.getFirst().startsWith("refused ");
              case "either" ->
                  outcomes.getFirst().startsWith("refused ")
                      || identity.isEmpty()
                      || outcomes.getFirst().equals(identity);
              default -> false;
            };
        if (!good) {
          wrong.add(id + " " + role + ": " + outcomes.getFirst());
        }
        driven++;
        controls += attack.get("expect").asText().equals("accept") ? 1 : 0;
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(driven).isGreaterThan(80);
    assertThat(controls).as("controls, without which the rest proves nothing").isGreaterThan(15);
  }

  private static String outcome(Crypto crypto, String pem, TrustBundle bundle, PeerRole role) {
    CertificateChain chain;
    try {
      chain = CertificateChain.parsePem(pem);
    } catch (InvalidCertificate e) {
      return "refused unread";
    }
    return switch (new PeerVerifier(crypto).verify(chain.certificates(), bundle, role, NOW)) {
      case PeerVerdict.Accepted accepted -> accepted.id().toString();
      case PeerVerdict.Refused refused -> "refused " + refused.reason();
    };
  }

  private static List<PeerRole> roles(String side) {
    return switch (side) {
      case "both" -> List.of(PeerRole.values());
      case "client" -> List.of(PeerRole.CLIENT);
      case "server" -> List.of(PeerRole.SERVER);
      default -> throw new IllegalArgumentException(side);
    };
  }

  private static TrustBundle bundle(JsonNode data, String name) {
    JsonNode bundle = data.get("bundles").get(name);
    Map<TrustDomain, String> pems = new HashMap<>();
    if (bundle.isTextual()) {
      pems.put(new TrustDomain(data.get("trust_domain").asText()), bundle.asText());
    } else {
      bundle
          .properties()
          .forEach(e -> pems.put(new TrustDomain(e.getKey()), e.getValue().asText()));
    }
    return TrustBundle.fromPem(pems);
  }
}
