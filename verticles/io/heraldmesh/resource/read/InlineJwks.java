package io.heraldmesh.resource.read;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.yaml.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Structure of an inline key set (RFC 7517 section 5): an object with {@code keys}, each with a
 * {@code kty}. Never repeats any of it in a message.
 */
final class InlineJwks {
  private static final JsonFactory JSON =
      new JsonFactory().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
  private static final Set<String> PRIVATE = Set.of("d", "p", "q", "dp", "dq", "qi");

  private InlineJwks() {}

  private record Key(boolean typed, boolean secret) {}

  static void check(Value written, String jwks) {
    if (jwks.isEmpty()) {
      written.problem(ProblemCode.INVALID_JWKS, "jwks is empty");
      return;
    }
    List<Key> keys;
    try {
      keys = keys(jwks);
    } catch (IOException e) {
      written.problem(ProblemCode.INVALID_JWKS, "jwks is not JSON");
      return;
    }
    if (keys.isEmpty()) {
      written.problem(ProblemCode.INVALID_JWKS, "jwks has no list \"keys\" with at least one key");
    }
    for (int index = 0; index < keys.size(); index++) {
      Key key = keys.get(index);
      if (!key.typed()) {
        written.problem(ProblemCode.INVALID_JWKS, "keys[" + index + "] of jwks has no \"kty\"");
      } else if (key.secret()) {
        written.problem(
            ProblemCode.PRIVATE_KEY_IN_JWKS, "keys[" + index + "] of jwks holds a private key");
      }
    }
  }

  private static List<Key> keys(String jwks) throws IOException {
    try (JsonParser parser = JSON.createParser(jwks)) {
      List<Key> keys = new ArrayList<>();
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          boolean list = parser.currentName().equals("keys");
          if (parser.nextToken() == JsonToken.START_ARRAY && list) {
            readList(parser, keys);
          } else {
            parser.skipChildren();
          }
        }
      } else {
        parser.skipChildren();
      }
      if (parser.nextToken() != null) {
        throw new IOException("text after the key set");
      }
      return keys;
    }
  }

  private static void readList(JsonParser parser, List<Key> keys) throws IOException {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      boolean typed = false;
      boolean secret = false;
      if (parser.currentToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          JsonToken value = parser.nextToken();
          typed |= name.equals("kty") && value == JsonToken.VALUE_STRING;
          secret |= PRIVATE.contains(name);
          parser.skipChildren();
        }
      } else {
        parser.skipChildren();
      }
      keys.add(new Key(typed, secret));
    }
  }
}
