package io.heraldmesh.ca;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.SharedData;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Hostile requests: refused, or answered with nothing of theirs but the public key. */
class CsrAttacksTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final TrustDomain MESH = new TrustDomain("mesh.test");

  @Test
  void noRequestGetsMoreThanItsSenderIsEntitledTo() throws Exception {
    JsonNode data = SharedData.json("attacks/csr-attacks.json");
    SpiffeId caller = SpiffeId.parse(data.get("caller").asText());
    List<String> wrong = new ArrayList<>();
    int issued = 0;
    int refused = 0;
    for (JsonNode attack : data.get("cases")) {
      byte[] der = Base64.getDecoder().decode(attack.get("csr_der_b64").asText());
      String id = attack.get("id").asText();
      List<String> outcomes = new ArrayList<>();
      for (Crypto crypto : Crypto.all()) {
        outcomes.add(outcome(crypto, der, caller));
      }
      if (outcomes.stream().distinct().count() != 1) {
        wrong.add(id + ": implementations differ: " + outcomes);
      }
      boolean good =
          switch (attack.get("expect").asText()) {
            case "issue-entitled-only" -> outcomes.getFirst().equals("entitled only");
            case "reject" -> outcomes.getFirst().equals("refused");
            case "reject-or-entitled-only" ->
                Set.of("refused", "entitled only").contains(outcomes.getFirst());
            default -> false;
          };
      if (!good) {
        wrong.add(id + ": " + outcomes);
      }
      issued += outcomes.getFirst().equals("entitled only") ? 1 : 0;
      refused += outcomes.getFirst().equals("refused") ? 1 : 0;
    }
    assertThat(wrong).isEmpty();
    assertThat(issued).as("controls").isGreaterThanOrEqualTo(2);
    assertThat(refused).isGreaterThanOrEqualTo(4);
  }

  private static String outcome(Crypto crypto, byte[] der, SpiffeId caller) throws Exception {
    Csr csr;
    try {
      csr = Csr.parse(der, crypto);
    } catch (InvalidCertificate e) {
      return "refused";
    }
    Authority authority =
        Authority.create(MESH, InstantSource.fixed(NOW), crypto, new SecureRandom());
    X509Certificate leaf = authority.sign(csr.publicKey(), caller, null, NOW).leaf();
    boolean entitledOnly =
        leaf.getSubjectX500Principal().getName().isEmpty()
            && List.of(List.of(6, caller.toString()))
                .equals(List.copyOf(leaf.getSubjectAlternativeNames()))
            && Set.copyOf(leaf.getExtendedKeyUsage())
                .equals(Set.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"))
            && leaf.getBasicConstraints() == -1
            && leaf.getCriticalExtensionOIDs().size() + leaf.getNonCriticalExtensionOIDs().size()
                == 6;
    return entitledOnly ? "entitled only" : "too much: " + leaf;
  }
}
