package io.heraldmesh.conformance.istio;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.conformance.OfflineCall;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Reason;
import org.jspecify.annotations.Nullable;

/**
 * What a step must come to.
 *
 * @param status HTTP status; 0: refused without an answer, also on TCP
 * @param body what the answer of a refusal must hold
 * @param skipped why it cannot be told offline, or null
 */
record Expectation(int status, JsonNode body, @Nullable String skipped) {

  static Expectation of(JsonNode step) {
    JsonNode expect = step.path("expect");
    JsonNode body = expect.path("body_contains");
    if (expect.has("negotiated") || expect.has("handshake")) {
      return new Expectation(0, body, "needs a TLS handshake; the tests of tls drive it");
    }
    if (expect.has("status")) {
      return new Expectation(expect.get("status").asInt(), body, null);
    }
    String connection = expect.path("connection").asText();
    if (connection.equals("succeeded")) {
      return new Expectation(200, body, null);
    }
    if (connection.startsWith("rejected") || connection.equals("reset")) {
      return new Expectation(0, body, null);
    }
    throw new IllegalArgumentException("not understood: expect " + expect);
  }

  Outcome compare(Decision decision) {
    int actual = OfflineCall.status(decision);
    if (actual != status) {
      return new Outcome.Differs(
          "status " + actual + ", expected " + status + ": " + decision.reason().detail(),
          status == 200);
    }
    boolean ours = !decision.reason().code().equals(Reason.CUSTOM_PROVIDER_MISSING);
    if (decision instanceof Decision.Denied denied && actual != 0 && ours) {
      for (JsonNode part : body) {
        if (!denied.body().contains(part.asText())) {
          return Outcome.wrong("body \"" + denied.body() + "\" lacks \"" + part.asText() + "\"");
        }
      }
    }
    return Outcome.asExpected();
  }
}
