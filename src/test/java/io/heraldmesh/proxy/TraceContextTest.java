package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Trace context passes through both proxies as it came, W3C and B3, whatever its case. */
class TraceContextTest {
  private static final Map<String, String> W3C =
      Map.of(
          "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
          "tracestate", "vendor=a:b,other=c@d",
          "baggage", "user=alice,tenant=1");
  private static final Map<String, String> B3_SINGLE =
      Map.of("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90");
  private static final Map<String, String> B3_MULTI =
      Map.of(
          "x-b3-traceid", "80f198ee56343ba864fe8b2a57d3eff7",
          "x-b3-spanid", "e457b5a2e4d86bd1",
          "x-b3-parentspanid", "05e3ac9a4f6e3b90",
          "x-b3-sampled", "1",
          "x-b3-flags", "0",
          "x-ot-span-context", "any");

  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @Test
  void eachFormReachesTheServiceOnceAndUnchanged() throws Exception {
    Map<String, String> all = new LinkedHashMap<>(W3C);
    all.putAll(B3_SINGLE);
    all.putAll(B3_MULTI);
    passes(all, "");
  }

  /** Which RFC 9110 section 7.6.1 forbids for what is meant for the last recipient. */
  @Test
  void itDoesSoAlsoWhereConnectionListsIt() throws Exception {
    Map<String, String> all = new LinkedHashMap<>(W3C);
    all.putAll(B3_SINGLE);
    all.putAll(B3_MULTI);
    all.remove("x-ot-span-context"); // of no form that is promised
    passes(all, "Connection: " + String.join(", ", all.keySet()) + "\r\n");
  }

  private void passes(Map<String, String> fields, String line) throws Exception {
    try (RawClient client = mesh.call()) {
      StringBuilder head = new StringBuilder("GET /ok HTTP/1.1\r\nHost: server.b\r\n" + line);
      fields.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
      client.send(head + "\r\n");
      assertThat(client.answer().status()).isEqualTo(200);
    }
    fields.forEach(
        (name, value) -> assertThat(mesh.app.last().values(name)).as(name).containsExactly(value));
  }

  @Test
  void anHttp2CallersContextReachesAnHttp1Service() throws Exception {
    try (RawHttp2Client client =
        new RawHttp2Client(
            new java.net.Socket(mesh.outbound.getAddress(), mesh.outbound.getPort()))) {
      String[] fields = {
        ":method",
        "GET",
        ":path",
        "/ok",
        ":scheme",
        "http",
        ":authority",
        "server.b",
        "traceparent",
        W3C.get("traceparent"),
        "tracestate",
        "a=1",
        "tracestate",
        "b=2",
        "b3",
        "0"
      };
      client.request(1, true, fields);
      assertThat(client.status(client.readAnswer())).isEqualTo("200");
    }
    assertThat(mesh.app.last().values("traceparent")).containsExactly(W3C.get("traceparent"));
    assertThat(String.join(",", mesh.app.last().values("tracestate")).replace(" ", ""))
        .isEqualTo("a=1,b=2");
    assertThat(mesh.app.last().values("b3")).containsExactly("0");
  }

  @Test
  void noneIsMadeUpWhereNoneCame() throws Exception {
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
    for (String name : new String[] {"traceparent", "tracestate", "b3", "x-b3-traceid"}) {
      assertThat(mesh.app.last().values(name)).as(name).isEmpty();
    }
  }
}
