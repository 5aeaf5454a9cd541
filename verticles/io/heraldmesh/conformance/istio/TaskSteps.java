package io.heraldmesh.conformance.istio;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.conformance.Cases;
import io.heraldmesh.conformance.Corpus;
import io.heraldmesh.conformance.DataFile;
import io.heraldmesh.conformance.OfflineCall;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.jwt.InvalidKeySet;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Header;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The steps of the security tasks of Istio's documentation, decided offline. */
final class TaskSteps implements Corpus {
  private static final String LOCAL = "cluster.local";

  @Override
  public boolean reads(DataFile file) {
    JsonNode first = file.json().path(0);
    return first.has("task") && first.has("request") && first.has("expect");
  }

  @Override
  public void run(DataFile file, Cases cases) {
    for (JsonNode step : file.json()) {
      JsonNode to = step.path("request").path("to");
      cases.judge(
          step.path("step").asText() + ": " + to.path("host").asText(),
          step.path("task").asText(),
          step.path("expect").path("status").asInt() == 200 && step.path("policies").isEmpty(),
          () -> judge(file, step));
    }
  }

  private static Outcome judge(DataFile file, JsonNode step) throws InvalidKeySet {
    JsonNode request = step.path("request");
    JsonNode to = request.path("to");
    if (!to.path("in_mesh").asBoolean(true)) {
      return Outcome.skipped("the called side has no proxy; the tests of a running mesh drive it");
    }
    if (to.path("gateway").asBoolean(false) && routed(step.path("policies"))) {
      return Outcome.skipped("needs an ingress gateway that routes, which is not there yet");
    }
    Expectation expectation = Expectation.of(step);
    if (expectation.skipped() != null) {
      return Outcome.skipped(expectation.skipped());
    }
    Resources resources = resources(step.path("policies"));
    if (resources.problems().hasErrors()) {
      return Outcome.wrong("its policies have errors: " + resources.problems().text());
    }
    if (!step.path("policies").isEmpty() && IstioResources.notRead(resources)) {
      return Outcome.skipped("its policies are of a kind that Herald does not read yet");
    }
    Decision decision = call(file, request).decide(resources, LOCAL);
    return expectation.compare(decision);
  }

  /** A gateway that only checks is a workload like any other. */
  private static boolean routed(JsonNode policies) {
    for (JsonNode policy : policies) {
      if (policy.asText().contains("kind: VirtualService")) {
        return true;
      }
    }
    return false;
  }

  private static OfflineCall call(DataFile file, JsonNode request) throws InvalidKeySet {
    JsonNode to = request.path("to");
    Map<String, String> labels = new HashMap<>();
    to.path("labels").properties().forEach(l -> labels.put(l.getKey(), l.getValue().asText()));
    String name = to.path("host").asText().replaceFirst("[.:].*", "");
    boolean tcp = request.path("protocol").asText().equals("tcp");
    KeySet keys =
        KeySet.parse(file.other("istio/istio-istio/security/tools/jwt/samples/jwks.json").text());
    return new OfflineCall(
        new OfflineCall.Target(
            to.path("namespace").asText(),
            name,
            name,
            labels,
            to.path("workload_port").asInt(),
            null),
        caller(request),
        OfflineCall.Addresses.ANY,
        tcp ? null : head(file, request),
        source -> keys);
  }

  private static @Nullable SpiffeId caller(JsonNode request) {
    JsonNode from = request.path("from");
    return request.path("mtls").asBoolean()
        ? SpiffeId.parse(
            "spiffe://%s/ns/%s/sa/%s"
                .formatted(
                    LOCAL, from.path("namespace").asText(), from.path("service_account").asText()))
        : null;
  }

  private static OfflineCall.Head head(DataFile file, JsonNode request) {
    List<Header> headers = new ArrayList<>();
    request
        .path("headers")
        .properties()
        .forEach(h -> headers.add(new Header(h.getKey(), h.getValue().asText())));
    String token = TaskToken.of(file, request.path("token"));
    if (token != null) {
      headers.add(new Header("authorization", "Bearer " + token));
    }
    return new OfflineCall.Head(
        request.path("method").asText(),
        request.path("path").asText(),
        request.path("to").path("host").asText(),
        headers);
  }

  private static Resources resources(JsonNode policies) {
    List<String> documents = new ArrayList<>();
    policies.forEach(policy -> documents.add(policy.asText()));
    return documents.isEmpty()
        ? Resources.NONE
        : ResourceReader.read("policies.yaml", String.join("\n---\n", documents));
  }
}
