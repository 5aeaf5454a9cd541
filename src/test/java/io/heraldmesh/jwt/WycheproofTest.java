package io.heraldmesh.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.SharedData;
import io.heraldmesh.crypto.Crypto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Signature vectors of Project Wycheproof, each under every implementation. */
class WycheproofTest {

  static List<Crypto> implementations() {
    return Cryptos.all();
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void everySignatureVectorIsJudgedAsItsAuthorsSay(Crypto crypto) throws InvalidKeySet {
    JsonNode data = SharedData.json("attacks/wycheproof-sig.json");
    SignatureVerifier verifier = new SignatureVerifier(crypto);
    Map<String, VerificationKey> keys = new HashMap<>();
    List<String> wrong = new ArrayList<>();
    int accepted = 0;
    for (JsonNode vector : data.get("cases")) {
      String name = vector.get("key").asText();
      if (!keys.containsKey(name)) {
        KeySet set = KeySet.parse("{\"keys\":[" + data.get("keys").get(name) + "]}");
        assertThat(set.skipped()).as(name).isEmpty();
        keys.put(name, set.keys().getFirst());
      }
      Algorithm algorithm = Algorithm.valueOf(name.substring(0, name.indexOf('/')));
      boolean valid =
          verifier.verify(algorithm, keys.get(name), octets(vector, "msg"), octets(vector, "sig"));
      accepted += valid ? 1 : 0;
      if (valid != vector.get("herald").asText().equals("valid")) {
        wrong.add(vector.get("id").asText() + " " + vector.get("comment").asText());
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(accepted).as("controls").isGreaterThan(100);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void everyJoseVectorIsJudgedAsItsAuthorsSay(Crypto crypto) throws InvalidKeySet {
    JsonNode data = SharedData.json("attacks/wycheproof-jose.json");
    JwsVerifier verifier = new JwsVerifier(crypto);
    Map<String, KeySet> sets = new HashMap<>();
    List<String> wrong = new ArrayList<>();
    int accepted = 0;
    for (JsonNode vector : data.get("cases")) {
      String name = vector.get("keyset").asText();
      if (!sets.containsKey(name)) {
        sets.put(name, set(data.get("keysets").get(name)));
      }
      boolean valid = verifier.verify(vector.get("token").asText(), sets.get(name)) == null;
      accepted += valid ? 1 : 0;
      if (valid != vector.get("herald").asText().equals("valid")) {
        wrong.add(vector.get("id").asText() + " " + vector.get("comment").asText());
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(accepted).as("controls").isGreaterThan(30);
  }

  /** The file holds single keys as well as sets. */
  static KeySet set(JsonNode keys) throws InvalidKeySet {
    return KeySet.parse(keys.has("keys") ? keys.toString() : "{\"keys\":[" + keys + "]}");
  }

  private static byte[] octets(JsonNode vector, String field) {
    return HexFormat.of().parseHex(vector.get(field).asText());
  }
}
