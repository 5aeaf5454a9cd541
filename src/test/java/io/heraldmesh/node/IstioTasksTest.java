package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.SharedData;
import io.heraldmesh.TestIssuer;
import io.heraldmesh.cli.demo.WireClient;
import io.heraldmesh.policy.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The security tasks of Istio's documentation, through the real sockets of a running mesh, with
 * Istio's published sample token and key set. Only {@code jwksUri} is rewritten, to a server of the
 * test's own.
 */
class IstioTasksTest {
  private static final List<String> TASKS =
      List.of(
          "authn/authn-policy",
          "v1alpha1/authn-policy (1.4 docs)",
          "authz/authz-http",
          "authz/authz-jwt");
  private static final String SAMPLES = "istio/istio-istio/security/tools/jwt/samples/";
  private static final int FEWEST = 40;

  @TempDir Path folder;

  @Test
  void everyStepOfTheSecurityTasksAnswersAsIstioDocumentsIt() throws Exception {
    Map<List<String>, List<JsonNode>> byPolicies = new LinkedHashMap<>();
    for (JsonNode step : SharedData.json("istio/task-expectations.json")) {
      if (TASKS.contains(step.get("task").asText())) {
        List<String> policies = new ArrayList<>();
        step.get("policies").forEach(p -> policies.add(p.asText()));
        byPolicies.computeIfAbsent(policies, p -> new ArrayList<>()).add(step);
      }
    }
    List<String> wrong = new ArrayList<>();
    int tried = 0;
    try (TestIssuer keys =
        TestIssuer.serving(Files.readString(SharedData.file(SAMPLES + "jwks.json")))) {
      for (Map.Entry<List<String>, List<JsonNode>> set : byPolicies.entrySet()) {
        try (Town town = new Town(folder.resolve("mesh-" + tried), set.getKey(), keys)) {
          for (JsonNode step : set.getValue()) {
            tried++;
            wrong.addAll(town.check(step));
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(tried).isGreaterThanOrEqualTo(FEWEST);
  }

  /** The services of the tasks: httpbin and sleep, the book shop, and what has no proxy. */
  private static final class Town implements AutoCloseable {
    private final MeshFixture mesh;
    private final Node node;
    private final Map<String, App> apps = new LinkedHashMap<>();

    Town(Path folder, List<String> policies, TestIssuer keys) throws IOException {
      mesh = new MeshFixture(folder).jwks(keys.root(folder));
      StringBuilder yaml = new StringBuilder();
      for (String policy : policies) {
        yaml.append("---\n").append(policy.replaceAll("https://raw[^\"]*", keys.jwksUri()));
      }
      if (policies.isEmpty()) {
        // The tasks' first steps have no policy at all: PERMISSIVE, said as a policy.
        yaml.append(
            """
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: default, namespace: istio-system}
            spec:
              mtls: {mode: PERMISSIVE}
            """);
      }
      mesh.write("policies.yaml", yaml.toString());
      for (String namespace : List.of("foo", "bar")) {
        add(namespace, "httpbin", "httpbin", Map.of("app", "httpbin"), 80, 8000, App.httpbin());
        mesh.workload(namespace, "sleep", "sleep", Map.of("app", "sleep"), 0, 0);
      }
      add(
          "istio-system",
          "ingress-gateway",
          "istio-ingressgateway-service-account",
          Map.of("istio", "ingressgateway", "app", "istio-ingressgateway"),
          80,
          80,
          App.httpbin());
      bookShop();
      App legacy = App.httpbin();
      apps.put("legacy/httpbin", legacy);
      mesh.write("legacy.yaml", withoutProxy("legacy", "httpbin", 8000, legacy.port()));
      node = mesh.start();
    }

    private void bookShop() throws IOException {
      add(
          "default",
          "productpage",
          "bookinfo-productpage",
          Map.of("app", "productpage"),
          9080,
          9080,
          new App(
              seen ->
                  "William Shakespeare\n"
                      + ask(
                          "productpage", "details", "/details/0", "Error fetching product details")
                      + ask(
                          "productpage",
                          "reviews",
                          "/reviews/0",
                          "Error fetching product reviews")));
      add(
          "default",
          "details",
          "bookinfo-details",
          Map.of("app", "details"),
          9080,
          9080,
          new App(seen -> "Book Details\nPublisherA\n"));
      add(
          "default",
          "reviews",
          "bookinfo-reviews",
          Map.of("app", "reviews"),
          9080,
          9080,
          new App(
              seen ->
                  "Book Reviews\n"
                      + ask(
                          "reviews",
                          "ratings",
                          "/ratings/0",
                          "Ratings service is currently unavailable")));
      add(
          "default",
          "ratings",
          "bookinfo-ratings",
          Map.of("app", "ratings"),
          9080,
          9080,
          new App(seen -> "glyphicon glyphicon-star\n"));
    }

    /** A call of one service to another, as the service itself makes it: through its proxy. */
    private String ask(String from, String to, String path, String otherwise) {
      try {
        WireClient.Answer answer =
            WireClient.once(
                node.outbound(new Workload("default", from)),
                "GET",
                to + ".default:9080",
                path,
                List.of());
        return (answer.status() == 200 ? answer.body() : otherwise) + "\n";
      } catch (IOException e) {
        return otherwise + "\n";
      }
    }

    private void add(
        String namespace,
        String name,
        String account,
        Map<String, String> labels,
        int workloadPort,
        int servicePort,
        App app)
        throws IOException {
      apps.put(namespace + "/" + name, app);
      mesh.workload(namespace, name, account, labels, workloadPort, app.port());
      String selector =
          labels.entrySet().stream()
              .map(e -> e.getKey() + ": " + e.getValue())
              .sorted()
              .findFirst()
              .orElseThrow();
      mesh.write(
          "service-" + namespace + "-" + name + ".yaml",
          """
          apiVersion: v1
          kind: Service
          metadata: {name: %s, namespace: %s}
          spec:
            selector: {%s}
            ports:
            - {name: http, port: %d, targetPort: %d}
          """
              .formatted(name, namespace, selector, servicePort, workloadPort));
    }

    private static String withoutProxy(String namespace, String name, int port, int target) {
      return """
      apiVersion: v1
      kind: Service
      metadata: {name: %1$s, namespace: %2$s}
      spec:
        selector: {app: %1$s}
        ports:
        - {name: http, port: %3$d, targetPort: %3$d}
      ---
      apiVersion: networking.istio.io/v1
      kind: WorkloadEntry
      metadata: {name: %1$s, namespace: %2$s}
      spec:
        address: 127.0.0.1
        labels: {app: %1$s}
        ports: {http: %4$d}
      """
          .formatted(name, namespace, port, target);
    }

    List<String> check(JsonNode step) throws IOException {
      JsonNode request = step.get("request");
      JsonNode expect = step.get("expect");
      String host = request.get("to").get("host").asText();
      String target = target(request.get("to"), host);
      int before = app(target).record().size();
      WireClient.Answer answer = send(request, host, target);
      List<App.Seen> record = app(target).record();
      List<String> wrong = new ArrayList<>();
      String title =
          step.get("task").asText()
              + ", "
              + step.get("step").asText()
              + ", "
              + request.get("from").get("namespace")
              + " to "
              + host;
      if (answer.status() != expect.get("status").asInt()) {
        wrong.add(title + ": expected " + expect.get("status") + ", got " + answer);
      }
      for (JsonNode part : expect.path("body_contains")) {
        if (!answer.body().contains(part.asText())) {
          wrong.add(title + ": body lacks \"" + part.asText() + "\": " + answer);
        }
      }
      boolean reached = record.size() > before;
      if (reached != (expect.get("status").asInt() == 200)) {
        wrong.add(title + ": the service was " + (reached ? "" : "not ") + "reached");
      }
      if (reached) {
        Map<String, List<String>> headers = record.getLast().headers();
        boolean certificate = headers.containsKey("x-forwarded-client-cert");
        if (certificate != request.get("mtls").asBoolean()) {
          wrong.add(title + ": X-Forwarded-Client-Cert is " + (certificate ? "there" : "absent"));
        }
      }
      return wrong;
    }

    private WireClient.Answer send(JsonNode request, String host, String target)
        throws IOException {
      JsonNode from = request.get("from");
      String[] name = target.split("/", 2);
      int port;
      if (from.get("in_mesh").asBoolean()) {
        port = node.outbound(new Workload(from.get("namespace").asText(), caller(from)));
      } else if (name[0].equals("legacy")) {
        port = app(target).port();
      } else {
        port = node.inbound(new Workload(name[0], name[1]));
      }
      List<String> headers = new ArrayList<>();
      if (!request.get("token").isNull()) {
        headers.add("Authorization: Bearer " + token(request.get("token").asText()));
      }
      return WireClient.once(
          port, request.get("method").asText(), host, request.get("path").asText(), headers);
    }

    /** The workload that has the caller's service account. */
    private static String caller(JsonNode from) {
      return switch (from.get("service_account").asText()) {
        case "istio-ingressgateway-service-account" -> "ingress-gateway";
        case String account when account.startsWith("bookinfo-") ->
            account.substring("bookinfo-".length());
        case String account -> account;
      };
    }

    private App app(String target) {
      return Objects.requireNonNull(apps.get(target), target);
    }

    private static String target(JsonNode to, String host) {
      return to.get("namespace").asText() + "/" + host.replaceFirst("[.:].*", "");
    }

    private static String token(String given) throws IOException {
      if (given.startsWith("file:istio-istio/")) {
        return Files.readString(SharedData.file("istio/" + given.substring("file:".length())))
            .strip();
      }
      if (given.startsWith("generate:")) {
        return TestIssuer.sign(
            Files.readString(SharedData.file(SAMPLES + "key.pem")),
            "testing@secure.istio.io",
            "testing@secure.istio.io",
            5);
      }
      return given;
    }

    @Override
    public void close() {
      mesh.close();
      apps.values().forEach(App::close);
    }
  }
}
