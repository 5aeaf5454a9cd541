package io.heraldmesh.conformance.istio;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.conformance.OfflineCall;
import io.heraldmesh.conformance.Outcome;
import io.heraldmesh.conformance.istio.EchoServices.Echo;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Header;
import io.heraldmesh.resource.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One request of Istio's integration tests, and what it must come to. */
record IntegrationRequest(
    JsonNode parameters, JsonNode request, String port, Echo to, JsonNode tokens) {
  private static final Pattern TOKEN = Pattern.compile("\\{(Token\\w+)}");
  private static final Set<String> FIELDS =
      Set.of(
          "name",
          "caller",
          "ports",
          "allow",
          "method",
          "path",
          "host",
          "headers",
          "token",
          "status",
          "to",
          "authenticated",
          "upstream_headers",
          "x_forwarded_for");

  /** The address of a client that comes from outside without saying from where. */
  private static final String OUTSIDE = "203.0.113.9";

  Outcome judge(Resources resources, KeySets keys) {
    request
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!FIELDS.contains(name)) {
                throw new IllegalArgumentException("not understood: field " + name);
              }
            });
    Decision decision =
        new OfflineCall(target(), caller(), addresses(), head(), keys)
            .decide(resources, "cluster.local");
    int actual = OfflineCall.status(decision);
    int expected = expected();
    if (actual != expected) {
      return new Outcome.Differs(
          "status " + actual + ", expected " + expected + ": " + decision.reason().detail(),
          actual != 200);
    }
    return upstream(decision);
  }

  private boolean tcp() {
    return port.equals("tcp");
  }

  private int expected() {
    if (request.has("status")) {
      return request.get("status").asInt();
    }
    return request.get("allow").asBoolean() ? 200 : tcp() ? 0 : 403;
  }

  /** From outside, what is asked is the ingress gateway: a workload like any other. */
  private boolean ingress() {
    String caller = request.path("caller").asText();
    return caller.equals("ingress")
        || caller.isEmpty() && request.path("headers").path("Host").asText().contains("<svc>")
        || caller.isEmpty() && request.path("host").asText().contains("<svc>");
  }

  private OfflineCall.Target target() {
    int number = EchoServices.workloadPort(port.isEmpty() ? "http" : port);
    return ingress()
        ? new OfflineCall.Target(
            EchoServices.ROOT_NAMESPACE,
            "istio-ingressgateway",
            "istio-ingressgateway",
            Map.of("istio", "ingressgateway", "app", "istio-ingressgateway"),
            8080,
            null)
        : new OfflineCall.Target(
            to.namespace(),
            to.name(),
            to.name(),
            Map.of("app", to.name()),
            number,
            "outbound_.80_._." + to.host());
  }

  private SpiffeId spiffe(Echo echo) {
    return SpiffeId.parse("spiffe://" + echo.principal());
  }

  private Echo echo() {
    String caller = request.path("caller").asText("");
    return switch (caller) {
      case "allowed" -> Echo.parse(parameters.path("Allowed").asText("ns1/a"));
      case "denied" -> Echo.parse(parameters.path("Denied").asText("ns2/a"));
      case "", "any", "in mesh", "sa ends with /sa/a" -> new Echo("ns1", "a");
      case "other sa" -> new Echo("ns1", "c");
      default -> Echo.parse(caller);
    };
  }

  private @org.jspecify.annotations.Nullable SpiffeId caller() {
    return ingress() ? null : spiffe(echo());
  }

  private OfflineCall.Addresses addresses() {
    if (ingress()) {
      // With one trusted proxy the client is the last one that X-Forwarded-For names.
      String[] hops = request.path("x_forwarded_for").asText(OUTSIDE).split("\\s*,\\s*", -1);
      String client = hops[hops.length - 1];
      return OfflineCall.Addresses.of(
          "10.9.9.9", client.equals("null") ? OUTSIDE : client, "10.9.9.1");
    }
    String from = echo().address();
    return OfflineCall.Addresses.of(from, from, to.address());
  }

  private OfflineCall.@org.jspecify.annotations.Nullable Head head() {
    if (tcp()) {
      return null;
    }
    boolean grpc = port.equals("grpc");
    List<Header> headers = new ArrayList<>();
    String host = request.path("host").asText(to.host());
    for (Map.Entry<String, JsonNode> header : request.path("headers").properties()) {
      if (header.getKey().equalsIgnoreCase("host")) {
        host = header.getValue().asText();
      } else {
        headers.add(new Header(header.getKey(), filled(header.getValue().asText())));
      }
    }
    if (request.path("token").isTextual()) {
      headers.add(new Header("authorization", "Bearer " + token(request.get("token").asText())));
    }
    String path = request.path("path").isTextual() ? request.get("path").asText() : "/";
    return new OfflineCall.Head(
        grpc ? "POST" : request.path("method").asText("GET"),
        grpc ? "/proto.EchoTestService/Echo" : filled(path),
        host.replace("<svc>", to.name()).replace("<SVC>", to.name()),
        headers);
  }

  private Outcome upstream(Decision decision) {
    JsonNode headers = request.path("upstream_headers");
    if (headers.isMissingNode() || !(decision instanceof Decision.Allowed allowed)) {
      return Outcome.asExpected();
    }
    boolean kept =
        headers.size() == 1
            && headers.path("Authorization").asText().equals("Bearer <token>")
            && !allowed.remove().contains("authorization");
    return Outcome.unless(kept ? "" : "upstream headers differ: " + headers);
  }

  private String filled(String text) {
    Matcher names = TOKEN.matcher(text);
    return names.replaceAll(found -> Matcher.quoteReplacement(token(found.group(1))));
  }

  private String token(String name) {
    JsonNode token = tokens.path("tokens").path(name).path("token");
    if (token.isTextual()) {
      return token.asText();
    }
    JsonNode legacy = tokens.path("legacy").path(name).path("token");
    if (legacy.isTextual()) {
      return legacy.asText();
    }
    throw new IllegalArgumentException("not understood: token " + name);
  }
}
