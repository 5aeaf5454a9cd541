package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.SharedData;
import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.Operation;
import io.heraldmesh.policy.PortField;
import io.heraldmesh.policy.Rule;
import io.heraldmesh.policy.TextField;
import io.heraldmesh.policy.TextMatch;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Messages that two parsers may read differently, sent to the inbound listener inside mutual TLS
 * and to the outbound listener in plain text. The service behind records what arrives: never a
 * request that was not decided on by itself, never with another framing.
 */
class SmugglingTest {
  /** Names that applications use, and that no policy here says anything about. */
  private static final Set<String> NOT_OURS = Set.of("sm-x-jwt");

  private static Mesh mesh;

  @BeforeAll
  static void start() throws Exception {
    Limits d = Limits.DEFAULTS;
    Limits limits =
        new Limits(
            d.requestLineBytes(),
            d.headerBytes(),
            d.headerCount(),
            Duration.ofSeconds(5),
            Duration.ofMillis(400),
            Duration.ofMillis(400),
            d.streamIdle(),
            d.connect(),
            d.response(),
            d.upstreamIdle(),
            1,
            d.connections(),
            d.concurrentStreams(),
            d.resetsPerWindow(),
            d.tokenCacheBytes());
    mesh = Mesh.ready(Mesh.Options.DEFAULT.limits(limits));
    mesh.policy(
        MtlsMode.STRICT,
        policy(AuthorizationPolicy.Action.DENY, "/smuggled-*"),
        policy(AuthorizationPolicy.Action.ALLOW, "/*"));
    mesh.destinations(
        List.of(
            mesh.destination(
                "server",
                Set.of(Mesh.SERVER_ID),
                Set.of("a.test", "server.b"),
                List.of(
                    new io.heraldmesh.policy.Endpoint(
                        "127.0.0.1", mesh.inbound.getPort(), true)))));
  }

  @AfterAll
  static void stop() throws Exception {
    mesh.close();
  }

  @Test
  void everyCaseOfTheAttackDataHoldsOnTheInboundListener() throws Exception {
    holds(true);
  }

  @Test
  void everyCaseOfTheAttackDataHoldsOnTheOutboundListener() throws Exception {
    holds(false);
  }

  private static void holds(boolean inbound) throws Exception {
    List<String> wrong = new ArrayList<>();
    int run = 0;
    for (JsonNode test : SharedData.json("attacks/smuggling.json").get("cases")) {
      String id = test.get("id").asText();
      byte[] raw = raw(test);
      if (raw.length > 0 && !NOT_OURS.contains(id)) {
        run++;
        String problem = problem(test, raw, inbound);
        if (problem != null) {
          wrong.add(id + ": " + problem);
        }
        goodRequest();
      }
    }
    assertThat(run).isGreaterThan(60);
    assertThat(wrong).isEmpty();
  }

  private static byte[] raw(JsonNode test) {
    if (test.has("raw_b64")) {
      return Base64.getDecoder().decode(test.get("raw_b64").asText());
    }
    return test.get("gen").asText().startsWith("{10000")
        ? ("GET /x HTTP/1.1\r\nHost: a.test\r\n" + "X-i: 1\r\n".repeat(10_000) + "\r\n")
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII)
        : new byte[0];
  }

  private static @Nullable String problem(JsonNode test, byte[] raw, boolean inbound)
      throws Exception {
    String expect = test.get("expect").asText();
    int most = test.get("max_upstream").asInt();
    int before = mesh.app.seen().size();
    String got;
    try (RawClient client =
        inbound
            ? mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), "istio", "http/1.1")
            : mesh.call()) {
      send(client, raw, test.has("write_at"));
      got =
          switch (expect) {
            case "one", "one-sanitised" -> one(client, 1);
            case "two" -> one(client, 2);
            default -> readAll(client);
          };
    }
    List<RecordingApp.Seen> seen =
        List.copyOf(mesh.app.seen().subList(before, mesh.app.seen().size()));
    if (seen.stream().anyMatch(one -> one.line().contains("/smuggled-"))) {
      return "a smuggled request arrived: " + seen;
    }
    if (seen.size() > most) {
      return seen.size() + " requests arrived: " + seen;
    }
    return switch (expect) {
      case "one", "one-sanitised" ->
          seen.size() == 1 && got.startsWith("200") ? spoofed(test, seen) : "got " + got;
      case "two" ->
          // the second request of sm-ws-fake is to be denied, the two of the pipeline are not
          got.startsWith("200") && got.contains(" ") ? null : "got " + got + " for two";
      case "400", "405-or-400", "431-or-400", "close" ->
          got.contains("HTTP/1.1 2") ? "answered " + got : null;
      default -> null;
    };
  }

  private static @Nullable String spoofed(JsonNode test, List<RecordingApp.Seen> seen) {
    String head = seen.getFirst().head();
    return Stream.of(
                "10.0.0.1",
                "10.0.0.2",
                "evil.test",
                "X-Envoy",
                "proto: https",
                "Upgrade",
                "HTTP2-Settings")
            .anyMatch(
                word ->
                    head.toLowerCase(java.util.Locale.ROOT)
                        .contains(word.toLowerCase(java.util.Locale.ROOT)))
        ? test.get("id").asText() + " passed on: " + head
        : null;
  }

  private static void send(RawClient client, byte[] raw, boolean oneByOne) {
    try {
      if (oneByOne) {
        for (byte b : raw) {
          client.send(new byte[] {b});
        }
      } else {
        client.send(raw);
      }
    } catch (IOException closedAlready) {
      // refused before all was sent
    }
  }

  private static String one(RawClient client, int answers) throws IOException {
    StringBuilder got = new StringBuilder();
    for (int i = 0; i < answers; i++) {
      got.append(client.answer().status()).append(i + 1 < answers ? " " : "");
    }
    return got.toString();
  }

  private static String readAll(RawClient client) throws IOException {
    try {
      return client.readAll();
    } catch (SocketTimeoutException open) {
      return "HTTP/1.1 2?? still open";
    }
  }

  private static void goodRequest() throws Exception {
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "a.test").status()).isEqualTo(200);
    }
  }

  private static AuthorizationPolicy policy(AuthorizationPolicy.Action action, String path) {
    TextField paths = new TextField(List.of(TextMatch.of(path)), List.of());
    Rule rule =
        new Rule(
            List.of(),
            List.of(new Operation(TextField.ANY, PortField.ANY, TextField.ANY, paths)),
            List.of());
    return new AuthorizationPolicy("b", action.name(), action, false, List.of(rule), null);
  }
}
