package io.heraldmesh.conformance.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.conformance.Cases;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.Algorithm;
import io.heraldmesh.jwt.InvalidKeySet;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.SignatureVerifier;
import java.util.HexFormat;

/** Wycheproof's vectors of bare signatures, under the verifier that tokens go through. */
final class SignatureVectors implements Corpus {
  @Override
  public boolean reads(DataFile file) {
    return file.json().has("keys") && file.hasList("cases", "key", "msg", "sig", "herald");
  }

  @Override
  public void run(DataFile file, Cases cases) {
    JsonNode keys = file.json().get("keys");
    for (JsonNode vector : file.json().get("cases")) {
      cases.judge(
          vector.path("id").asText(),
          "signature",
          vector.path("herald").asText().equals("valid"),
          () -> judge(vector, keys));
    }
  }

  private static Outcome judge(JsonNode vector, JsonNode keys) throws InvalidKeySet {
    String name = vector.get("key").asText();
    KeySet set = KeySet.parseSetOrKey(keys.path(name).toString());
    if (set.isEmpty()) {
      return Outcome.wrong("its key is not taken: " + set.skipped());
    }
    Algorithm algorithm = Algorithm.valueOf(name.substring(0, name.indexOf('/')));
    byte[] message = octets(vector, "msg");
    byte[] signature = octets(vector, "sig");
    return Expected.validity(
        vector.get("herald").asText(),
        Crypto.all().stream()
            .map(
                c ->
                    new SignatureVerifier(c)
                        .verify(algorithm, set.keys().getFirst(), message, signature))
            .toList(),
        vector.path("comment").asText());
  }

  private static byte[] octets(JsonNode vector, String field) {
    return HexFormat.of().parseHex(vector.get(field).asText());
  }
}
