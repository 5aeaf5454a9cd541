package io.heraldmesh.compile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.SharedData;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.resource.Resources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Steps of the security tasks in Istio's documentation: their policies, compiled and decided
 * offline. What a gateway answers is left out, and what a client side does is another test's.
 */
class IstioTasksTest {
  private static final Set<String> TASKS =
      Set.of(
          "authn/mtls-migration",
          "authn/authn-policy",
          "v1alpha1/authn-policy (1.4 docs)",
          "authz/authz-http",
          "authz/authz-jwt",
          "authz/authz-tcp");

  @Test
  void everyStepGetsTheAnswerThatTheDocumentationShows() throws Exception {
    JsonNode steps = SharedData.json("istio/task-expectations.json");
    KeySet keys =
        KeySet.parse(
            Files.readString(
                SharedData.file("istio/istio-istio/security/tools/jwt/samples/jwks.json")));
    List<String> wrong = new ArrayList<>();
    Map<String, Integer> run = new HashMap<>();
    for (JsonNode step : steps) {
      JsonNode to = step.get("request").get("to");
      boolean enforced = to.path("in_mesh").asBoolean(true) && !to.path("gateway").asBoolean(false);
      String token = token(step.get("request").path("token"));
      if (!TASKS.contains(step.get("task").asText()) || !enforced || "skip".equals(token)) {
        continue;
      }
      run.merge(step.get("task").asText(), 1, Integer::sum);
      JsonNode expect = step.get("expect");
      if (step.get("request").get("protocol").asText().equals("tcp")) {
        boolean passes = tcp(step);
        if (passes != expect.get("connection").asText().equals("succeeded")) {
          wrong.add(step.get("task") + " " + step.get("step") + ": " + passes);
        }
        continue;
      }
      int status = status(step, keys, token);
      if (status != expect.get("status").asInt()) {
        wrong.add(step.get("task") + " " + step.get("step") + ": " + status);
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(run)
        .hasEntrySatisfying("authn/mtls-migration", n -> assertThat(n).isEqualTo(8))
        .hasEntrySatisfying("authn/authn-policy", n -> assertThat(n).isGreaterThan(15))
        .hasEntrySatisfying(
            "v1alpha1/authn-policy (1.4 docs)", n -> assertThat(n).isGreaterThan(10))
        .hasEntrySatisfying("authz/authz-http", n -> assertThat(n).isEqualTo(11))
        .hasEntrySatisfying("authz/authz-jwt", n -> assertThat(n).isEqualTo(7))
        .hasEntrySatisfying("authz/authz-tcp", n -> assertThat(n).isEqualTo(12));
  }

  private static boolean tcp(JsonNode step) {
    JsonNode request = step.get("request");
    return call(request).decideTcp(resources(step.get("policies"), request.get("to")))
        instanceof Decision.Allowed;
  }

  private static int status(JsonNode step, KeySet keys, @Nullable String token) {
    JsonNode request = step.get("request");
    Offline.Call call =
        call(request)
            .keys(keys)
            .request(
                request.get("method").asText(),
                request.get("path").asText(),
                request.get("to").get("host").asText());
    if (token != null) {
      call = call.header("Authorization", "Bearer " + token);
    }
    return call.status(resources(step.get("policies"), request.get("to")));
  }

  private static Offline.Call call(JsonNode request) {
    JsonNode to = request.get("to");
    Map<String, String> labels = new HashMap<>();
    to.get("labels").properties().forEach(l -> labels.put(l.getKey(), l.getValue().asText()));
    JsonNode from = request.get("from");
    boolean mutual = request.get("mtls").asBoolean();
    String caller =
        "cluster.local/ns/"
            + from.get("namespace").asText()
            + "/sa/"
            + from.get("service_account").asText();
    return new Offline.Call(to.get("namespace").asText(), labels)
        .from(mutual ? caller : null)
        .port(to.get("workload_port").asInt());
  }

  /** The old API's targets are services; those of the tasks are part of their set-up. */
  private static Resources resources(JsonNode policies, JsonNode to) {
    List<String> documents = new ArrayList<>();
    documents.add(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: %s, namespace: %s}
        spec:
          selector: {app: %s}
          ports: [{name: http, port: %d, targetPort: %d}]
        """
            .formatted(
                to.get("host").asText().replaceFirst("[.:].*", "").replaceAll("[<>]", ""),
                to.get("namespace").asText(),
                to.get("labels").path("app").asText("none"),
                to.path("service_port").asInt(80),
                to.get("workload_port").asInt()));
    policies.forEach(policy -> documents.add(policy.asText()));
    return Meshes.read(documents.toArray(String[]::new));
  }

  /** Tokens that must be made at run time belong to a running mesh. */
  private static @Nullable String token(JsonNode token) throws java.io.IOException {
    if (token.isNull() || token.isMissingNode()) {
      return null;
    }
    String text = token.asText();
    if (text.startsWith("generate:")) {
      return "skip";
    }
    if (!text.startsWith("file:")) {
      return text;
    }
    Path file = SharedData.file("istio/" + text.substring("file:".length()));
    return Files.readString(file).strip();
  }
}
