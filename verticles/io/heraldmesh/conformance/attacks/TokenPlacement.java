package io.heraldmesh.conformance.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.conformance.OfflineCall;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Header;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Where a request may carry tokens, good, bad and forged ones, under a policy that wants one. */
final class TokenPlacement {
  private static final String OUTPUTS =
      """
      , fromParams: [access_token], fromHeaders: [{name: authorization, prefix: "Bearer "}],\
       outputPayloadToHeader: x-jwt-payload,\
       outputClaimToHeaders: [{header: x-jwt-claim-sub, claim: sub}]}
      """;

  private final JsonNode data;
  private final Map<String, String> tokens;

  TokenPlacement(JsonNode data) {
    this.data = data;
    this.tokens =
        Map.of(
            "GOOD", token("class", "control"),
            "BAD", token("class", "psychic-signature"),
            "UNKNOWN_ISSUER", token("id", "jwt-iss-prefix"));
  }

  Outcome judge(JsonNode attack) {
    if (!attack.path("class").asText().equals("placement")) {
      return Outcome.notUnderstood("class " + attack.path("class").asText());
    }
    JsonNode request = attack.get("request");
    if (request.path("method").asText().equals("CONNECT")) {
      return Outcome.skipped("the inbound listener refuses tunnels; HttpPathTest drives it");
    }
    boolean free = attack.path("note").asText().equals("same without the policy");
    Decision decision =
        new OfflineCall(
                new OfflineCall.Target("a", "svc", "svc", Map.of(), 80, null),
                SpiffeId.parse("spiffe://mesh.test/ns/a/sa/client"),
                OfflineCall.Addresses.ANY,
                head(request),
                KeySets.NONE)
            .decide(resources(!free && !attack.path("id").asText().endsWith("no-policy")), MESH);
    String expect = attack.path("expect").asText();
    int comma = expect.indexOf(", upstream ");
    Outcome status =
        Expected.status(
            comma < 0 ? expect : expect.substring(0, comma),
            OfflineCall.status(decision),
            decision.reason().detail());
    return status instanceof Outcome.AsExpected && comma >= 0
        ? upstream(expect.substring(comma + ", upstream ".length()), decision)
        : status;
  }

  private static final String MESH = "mesh.test";

  /** What the service sees of the headers that the rule puts there. */
  private static Outcome upstream(String words, Decision decision) {
    return switch (words) {
      case "sees no x-jwt-payload" ->
          Outcome.unless(decision instanceof Decision.Denied ? "" : "it was passed on");
      case "sees exactly one x-jwt-claim-sub: alice" ->
          Outcome.unless(
              decision instanceof Decision.Allowed allowed
                      && allowed.set().contains(new Header("x-jwt-claim-sub", "alice"))
                  ? ""
                  : "the header is not set: " + decision);
      default -> Outcome.notUnderstood("upstream " + words);
    };
  }

  private OfflineCall.Head head(JsonNode request) {
    List<Header> headers = new ArrayList<>();
    for (JsonNode header : request.path("headers")) {
      headers.add(new Header(header.get(0).asText(), filled(header.get(1).asText())));
    }
    String query = request.has("query") ? "?" + filled(request.get("query").asText()) : "";
    return new OfflineCall.Head(
        request.path("method").asText("GET"),
        request.path("path").asText("/x") + query,
        "svc.a.test",
        headers);
  }

  private String filled(String text) {
    String filled = text;
    for (String name : List.of("UNKNOWN_ISSUER", "GOOD", "BAD")) {
      filled = filled.replace(name, tokens.getOrDefault(name, ""));
    }
    return filled;
  }

  private Resources resources(boolean required) {
    JsonNode config = data.get("config");
    String rules = JwtAttacks.rules(config, false).replace("}\n- {", OUTPUTS.strip() + "\n- {");
    String yaml = TokenRules.resource(rules);
    String policy =
        """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: token, namespace: a}
        spec:
          rules:
          - from: [{source: {requestPrincipals: ["%s/*"]}}]
        """
            .formatted(config.get("issuer").asText());
    Resources read =
        ResourceReader.read("policies.yaml", required ? yaml + "\n---\n" + policy : yaml);
    if (read.problems().hasErrors()) {
      throw new IllegalStateException(read.problems().text());
    }
    return read;
  }

  /** The first token of the cases with this word that stands in the file as text. */
  private String token(String field, String word) {
    for (JsonNode attack : data.path("cases")) {
      if (attack.path(field).asText().equals(word) && attack.path("token").isTextual()) {
        return attack.get("token").asText();
      }
    }
    throw new IllegalStateException("the file has no case with " + field + " " + word);
  }
}
