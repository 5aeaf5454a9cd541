package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.SharedData;
import io.heraldmesh.identity.ForgedChains;
import io.heraldmesh.identity.Pem;
import io.heraldmesh.identity.TestCertificate;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.TrustDomain;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The certificate attacks as handshakes: each chain is shown, with its key, to a proxy that is
 * called and to a proxy that calls, in TLS 1.2 and 1.3. What is refused reaches nobody.
 */
class LiveCertificatesTest {
  private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");
  private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  /** There is no list of revoked certificates: they are short-lived, see docs/differences.md. */
  private static final String REVOKED = "cert-revoked";

  @Test
  void everyAttackIsRefusedAndEveryControlKnownByItsName() throws Exception {
    JsonNode data = SharedData.json("attacks/spiffe-certs.json");
    Map<String, Impostor> impostors = new HashMap<>();
    List<String> wrong = new ArrayList<>();
    int accepted = 0;
    int refused = 0;
    try {
      for (JsonNode attack : data.get("cases")) {
        if (attack.get("id").asText().equals(REVOKED)) {
          continue;
        }
        String trust = attack.get("trust").asText();
        if (!impostors.containsKey(trust)) {
          impostors.put(trust, new Impostor(bundle(data, trust), () -> NOW));
        }
        for (String run : runs(attack.get("side").asText())) {
          String outcome = outcome(impostors.get(trust), shown(attack), run);
          if (!isRight(attack, outcome)) {
            wrong.add(attack.get("id").asText() + " " + run + ": " + outcome);
          }
          accepted += outcome.startsWith("spiffe:") ? 1 : 0;
          refused += outcome.equals(Impostor.REFUSED) ? 1 : 0;
        }
      }
    } finally {
      for (Impostor impostor : impostors.values()) {
        impostor.close();
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(accepted).as("controls, without which the rest proves nothing").isGreaterThan(40);
    assertThat(refused).isGreaterThan(80);
  }

  @Test
  void everyForgedChainIsRefusedAndEveryGoodOneKnownByItsName() throws Exception {
    List<String> wrong = new ArrayList<>();
    List<String> runs = List.of("client TLSv1.3", "server TLSv1.3", "client TLSv1.2");
    try (Impostor impostor = new Impostor(ForgedChains.bundle(), () -> TestCertificate.NOW)) {
      for (ForgedChains.Forged forged : ForgedChains.all()) {
        String expected = forged.good() ? ForgedChains.ID : Impostor.REFUSED;
        ShownChain shown = new ShownChain(forged.ders(), Impostor.usable(forged.keys()));
        for (String run : runs) {
          String outcome = outcome(impostor, shown, run);
          if (!outcome.equals(expected)) {
            wrong.add(forged + ", " + run + ": " + outcome);
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** Their leaves have host names and no SPIFFE ID, so that even the good ones are nobody here. */
  @Test
  void noServerOfTheLimboSuiteIsTakenForAWorkload() throws Exception {
    JsonNode data = SharedData.json("attacks/x509-limbo.json");
    List<String> wrong = new ArrayList<>();
    int driven = 0;
    TrustBundle bundle =
        new TrustBundle(Map.of(Mesh.DOMAIN, List.of(new TestAuthority("limbo").root())));
    try (Impostor impostor = new Impostor(bundle, () -> NOW)) {
      for (JsonNode limbo : data.get("cases")) {
        if (!limbo.get("tier").asText().equals("must")) {
          continue;
        }
        StringBuilder chain = new StringBuilder(limbo.get("peer_certificate").asText());
        limbo.path("untrusted_intermediates").forEach(pem -> chain.append(pem.asText()));
        ShownChain shown = shown(chain.toString(), limbo.path("peer_certificate_key").asText());
        boolean server = limbo.get("validation_kind").asText().equals("SERVER");
        String run = (server ? "server" : "client") + " TLSv1.3";
        String outcome = outcome(impostor, shown, run);
        if (!outcome.equals(Impostor.REFUSED)) {
          wrong.add(limbo.get("id").asText() + ": " + outcome);
        }
        driven++;
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(driven).isGreaterThan(100);
  }

  private static boolean isRight(JsonNode attack, String outcome) {
    String identity = attack.path("identity").asText(Impostor.WANTED.toString());
    return switch (attack.get("expect").asText()) {
      case "accept" -> outcome.equals(identity);
      case "reject" -> outcome.equals(Impostor.REFUSED);
      case "accept-other" -> outcome.equals(Impostor.OTHER) || outcome.equals(Impostor.REFUSED);
      case "either" -> outcome.equals(Impostor.REFUSED) || outcome.equals(identity);
      default -> false;
    };
  }

  private static String outcome(Impostor impostor, ShownChain shown, String run) throws Exception {
    String protocol = run.substring(run.indexOf(' ') + 1);
    return run.startsWith("client ")
        ? impostor.calls(shown, protocol)
        : impostor.isCalled(shown, protocol);
  }

  private static List<String> runs(String side) {
    List<String> runs = new ArrayList<>();
    for (String role : side.equals("both") ? List.of("client", "server") : List.of(side)) {
      PROTOCOLS.forEach(protocol -> runs.add(role + " " + protocol));
    }
    return runs;
  }

  private static ShownChain shown(JsonNode attack) {
    return shown(attack.get("chain").asText(), attack.get("key").asText());
  }

  private static ShownChain shown(String chain, String key) {
    List<Pem.Block> certificates = Pem.read(chain, Pem.Text.ALLOWED);
    List<Pem.Block> keys = Pem.read(key, Pem.Text.ALLOWED);
    byte[] pkcs8 = keys.isEmpty() ? new byte[0] : keys.getLast().der();
    KeyPair pair = Impostor.keys(pkcs8, certificates.getFirst().der());
    return new ShownChain(certificates.stream().map(Pem.Block::der).toList(), pair);
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
