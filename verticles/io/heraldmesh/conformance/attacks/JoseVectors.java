package io.heraldmesh.conformance.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.conformance.Cases;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.InvalidKeySet;
import io.heraldmesh.jwt.JwsVerifier;
import io.heraldmesh.jwt.KeySet;

/** Wycheproof's vectors of whole JWS, as {@code herald verify signature} judges them. */
final class JoseVectors implements Corpus {
  @Override
  public boolean reads(DataFile file) {
    return file.json().has("keysets") && file.hasList("cases", "keyset", "token", "herald");
  }

  @Override
  public void run(DataFile file, Cases cases) {
    JsonNode keysets = file.json().get("keysets");
    for (JsonNode vector : file.json().get("cases")) {
      cases.judge(
          vector.path("id").asText(),
          "jose",
          vector.path("herald").asText().equals("valid"),
          () -> judge(vector, keysets));
    }
  }

  private static Outcome judge(JsonNode vector, JsonNode keysets) throws InvalidKeySet {
    KeySet keys = KeySet.parseSetOrKey(keysets.path(vector.get("keyset").asText()).toString());
    String token = vector.get("token").asText();
    return Expected.validity(
        vector.get("herald").asText(),
        Crypto.all().stream().map(c -> new JwsVerifier(c).verify(token, keys) == null).toList(),
        vector.path("comment").asText());
  }
}
