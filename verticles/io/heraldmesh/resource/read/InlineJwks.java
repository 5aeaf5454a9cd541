package io.heraldmesh.resource.read;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.yaml.Value;
import java.util.Set;

/**
 * Structure of an inline key set (RFC 7517 section 5): an object with {@code keys}, each with a
 * {@code kty}. Never repeats any of it in a message.
 */
final class InlineJwks {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final Set<String> PRIVATE = Set.of("d", "p", "q", "dp", "dq", "qi");

  private InlineJwks() {}

  static void check(Value written, String jwks) {
    if (jwks.isEmpty()) {
      written.problem(ProblemCode.INVALID_JWKS, "jwks is empty");
      return;
    }
    JsonNode set;
    try {
      set = JSON.readTree(jwks);
    } catch (JsonProcessingException e) {
      written.problem(ProblemCode.INVALID_JWKS, "jwks is not JSON");
      return;
    }
    JsonNode keys = set.path("keys");
    if (!keys.isArray() || keys.isEmpty()) {
      written.problem(ProblemCode.INVALID_JWKS, "jwks has no list \"keys\" with at least one key");
      return;
    }
    int index = 0;
    for (JsonNode key : keys) {
      if (!key.path("kty").isTextual()) {
        written.problem(ProblemCode.INVALID_JWKS, "keys[" + index + "] of jwks has no \"kty\"");
      } else if (PRIVATE.stream().anyMatch(key::has)) {
        written.problem(
            ProblemCode.PRIVATE_KEY_IN_JWKS, "keys[" + index + "] of jwks holds a private key");
      }
      index++;
    }
  }
}
