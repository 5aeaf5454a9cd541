package io.heraldmesh.compile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.SharedData;
import io.heraldmesh.policy.PathNormalization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Attack cases as YAML, request and answer; the 200s among them are the control. */
class AuthorizationRequestsTest {
  private static final List<PathNormalization> MODES =
      List.of(
          PathNormalization.BASE,
          PathNormalization.MERGE_SLASHES,
          PathNormalization.DECODE_AND_MERGE_SLASHES);

  @Test
  void everyAttackGetsItsAnswer() {
    JsonNode data = SharedData.json("attacks/authz-requests.json");
    List<String> wrong = new ArrayList<>();
    int allowed = 0;
    int run = 0;
    for (JsonNode c : data.get("cases")) {
      for (PathNormalization mode : c.has("request") ? MODES : List.<PathNormalization>of()) {
        JsonNode expect =
            c.get("expect").isObject() ? c.get("expect").get(mode.name()) : c.get("expect");
        int status =
            status(data.get("policies").get(c.get("policies").asText()), mode, c.get("request"));
        run++;
        allowed += status == 200 ? 1 : 0;
        if (!List.of(expect.asText().split("-or-", -1)).contains(String.valueOf(status))) {
          wrong.add(c.get("id").asText() + " " + mode + ": " + status + ", not " + expect);
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(run).isGreaterThan(100);
    assertThat(allowed).isGreaterThan(20);
  }

  private static int status(JsonNode policies, PathNormalization mode, JsonNode request) {
    List<String> documents = new ArrayList<>();
    documents.add(
        """
        apiVersion: herald.io/v1alpha1
        kind: MeshConfig
        spec:
          trustDomain: mesh.test
          pathNormalization: {normalization: %s}
        """
            .formatted(mode));
    policies.forEach(policy -> documents.add(policy.asText()));
    Offline.Call call =
        new Offline.Call("a", Map.of())
            .from(request.get("as").isNull() ? null : request.get("as").asText())
            .request(
                request.get("method").asText(),
                request.get("path").asText(),
                request.get("host").asText());
    for (JsonNode header : request.get("headers")) {
      call = call.header(header.get(0).asText(), header.get(1).asText());
    }
    return call.status(Meshes.read(documents.toArray(String[]::new)));
  }
}
