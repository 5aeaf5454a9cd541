package io.heraldmesh.conformance.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.conformance.Cases;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.OfflineCall;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Header;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Requests that try to get around AuthorizationPolicies, in each normalization mode. */
final class AuthorizationAttacks implements Corpus {
  private static final Set<String> CLASSES =
      Set.of("control", "semantics", "path", "host", "header", "principal", "method", "template");
  private static final Set<String> IN_EVERY_MODE = Set.of("path", "template");
  private static final List<String> MODES =
      List.of("BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES");

  @Override
  public boolean reads(DataFile file) {
    return file.json().has("policies") && file.hasList("cases", "policies", "request", "expect");
  }

  @Override
  public void run(DataFile file, Cases cases) {
    JsonNode data = file.json();
    for (JsonNode c : data.get("cases")) {
      String id = c.path("id").asText();
      String kind = c.path("class").asText();
      if (c.has("scenario")) {
        cases.judge(id, kind, false, () -> scenario(kind));
        continue;
      }
      JsonNode expect = c.path("expect");
      boolean every = IN_EVERY_MODE.contains(kind) || expect.isObject();
      for (String mode : every ? MODES : List.of(data.path("default_mode").asText("BASE"))) {
        String word = expect.isObject() ? expect.path(mode).asText() : expect.asText();
        cases.judge(
            every ? id + " " + mode : id, kind, word.equals("200"), () -> judge(data, c, mode));
      }
    }
  }

  private static Outcome scenario(String kind) {
    return kind.equals("runtime")
        ? Outcome.skipped("needs a running mesh over time; the tests of proxy and cli drive it")
        : Outcome.notUnderstood("class " + kind + " with a scenario");
  }

  private static Outcome judge(JsonNode data, JsonNode c, String mode) {
    String kind = c.path("class").asText();
    if (!CLASSES.contains(kind)) {
      return Outcome.notUnderstood("class " + kind);
    }
    JsonNode policies = data.get("policies").path(c.get("policies").asText());
    if (!policies.isArray()) {
      return Outcome.notUnderstood("policies " + c.get("policies"));
    }
    JsonNode request = c.get("request");
    JsonNode expect = c.get("expect").isObject() ? c.get("expect").path(mode) : c.get("expect");
    SpiffeId caller;
    try {
      caller =
          request.path("as").isNull()
              ? null
              : SpiffeId.parse("spiffe://" + request.get("as").asText());
    } catch (InvalidIdentity e) {
      // No certificate can hold it, so that the connection is refused.
      return Expected.status(expect.asText(), 0, String.valueOf(e.getMessage()));
    }
    Decision decision =
        new OfflineCall(
                new OfflineCall.Target("a", "svc", "svc", Map.of("app", "svc"), 80, null),
                caller,
                OfflineCall.Addresses.ANY,
                head(request),
                KeySets.NONE)
            .decide(resources(policies, mode), "mesh.test");
    return Expected.status(
        expect.asText(), OfflineCall.status(decision), decision.reason().detail());
  }

  private static OfflineCall.Head head(JsonNode request) {
    List<Header> headers = new ArrayList<>();
    request
        .path("headers")
        .forEach(h -> headers.add(new Header(h.get(0).asText(), h.get(1).asText())));
    return new OfflineCall.Head(
        request.get("method").asText(),
        request.get("path").asText(),
        request.get("host").asText(),
        headers);
  }

  private static Resources resources(JsonNode policies, String mode) {
    StringBuilder yaml =
        new StringBuilder(
            """
            apiVersion: herald.io/v1alpha1
            kind: MeshConfig
            spec:
              trustDomain: mesh.test
              pathNormalization: {normalization: %s}
            """
                .formatted(mode));
    policies.forEach(policy -> yaml.append("\n---\n").append(policy.asText()));
    Resources read = ResourceReader.read("policies.yaml", yaml.toString());
    if (read.problems().hasErrors()) {
      throw new IllegalStateException(read.problems().text());
    }
    return read;
  }
}
