package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.TokenResult;
import io.heraldmesh.jwt.TokenVerifier;
import io.heraldmesh.jwt.VerifiedToken;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** The question of {@code herald verify jwt}: what becomes of a token under these rules. */
final class TokenBatch implements BatchFile.Question {
  /** The fields of a line, besides {@code id}. */
  static final Set<String> FIELDS = Set.of("token", "now");

  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<JwtRule> rules;
  private final TokenVerifier verifier;
  private final KeySets keys;
  private final InstantSource clock;

  TokenBatch(List<JwtRule> rules, KeySets keys, Crypto crypto, InstantSource clock) {
    this.rules = List.copyOf(rules);
    this.verifier = new TokenVerifier(rules, crypto);
    this.keys = keys;
    this.clock = clock;
  }

  @Override
  public boolean answer(JsonNode line, ObjectNode answer) {
    String token = BatchFile.text(line, "token");
    Instant at = BatchFile.time(line, "now", clock);
    return switch (verifier.verify(token, rules, keys, at)) {
      case TokenResult.Verified(VerifiedToken verified) -> {
        answer.put("status", 200);
        answer.putNull("error");
        answer.put("principal", verified.principal());
        answer.set("claims", JSON.valueToTree(verified.claims()));
        yield true;
      }
      case TokenResult.Refused refused -> {
        answer.put("status", refused.status());
        answer.put("error", refused.body());
        answer.putNull("principal");
        answer.putNull("claims");
        yield false;
      }
    };
  }
}
