package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.DATA;
import static io.heraldmesh.proxy.RawHttp2Client.END_STREAM;
import static io.heraldmesh.proxy.RawHttp2Client.HEADERS;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.AuthorizationPolicy.Action;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.Rule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the proxy itself answers ends where the client takes it to end. */
@Timeout(60)
class LocalAnswersTest {
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  /** RFC 9110 section 9.3.2. */
  @ParameterizedTest
  @EnumSource(Http2Side.class)
  void anAnswerToHeadHasNoContentInHttp2(Http2Side side) throws Exception {
    Rule everything = new Rule(List.of(), List.of(), List.of());
    mesh.policy(
        MtlsMode.STRICT,
        new AuthorizationPolicy("b", "closed", Action.DENY, false, List.of(everything), null));
    String host = side == Http2Side.INBOUND ? "server.b" : "nobody.b";
    try (RawHttp2Client client = new RawHttp2Client(side.connect(mesh))) {
      client.request(1, true, call("HEAD", host));
      RawHttp2Client.Frame head = client.readAnswer();
      Map<String, String> fields = client.fields(head);
      assertThat(head.type()).isEqualTo(HEADERS);
      assertThat(head.flags() & END_STREAM).isEqualTo(END_STREAM);
      assertThat(fields).containsEntry(":status", side == Http2Side.INBOUND ? "403" : "502");
      int length = Integer.parseInt(fields.getOrDefault("content-length", "0"));
      assertThat(length).isPositive();

      client.request(3, true, call("GET", host));
      RawHttp2Client.Frame next = client.readAnswer();
      assertThat(next.stream()).isEqualTo(3);
      assertThat(next.flags() & END_STREAM).isZero();
      RawHttp2Client.Frame data = client.read();
      assertThat(data.type()).isEqualTo(DATA);
      assertThat(data.payload().readableBytes()).isEqualTo(length);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /x HTTP/1.1\r\nHost: server.b\r\nHost: other.b", "GET  /x HTTP/1.1"})
  void aRefusalAfterAnAnswerToHeadHasItsContent(String bad) throws Exception {
    try (RawClient client = mesh.call()) {
      client.head("HEAD /ok HTTP/1.1", "Host: server.b");
      assertThat(client.headOnly()).contains(" 200 ");

      RawClient.Answer refusal = client.head(bad).answer();
      assertThat(refusal.status()).isEqualTo(400);
      assertThat(refusal.body()).isEqualTo("Bad Request");
    }
  }

  @Test
  void aRefusalOfHeadHasNone() throws Exception {
    try (RawClient client = mesh.call()) {
      client.head("HEAD /ok HTTP/1.1", "Host: server.b", "Host: other.b");
      assertThat(client.headOnly()).contains(" 400 ").containsIgnoringCase("content-length: 11");
      assertThat(client.readAll()).isEmpty();
    }
  }

  private static String[] call(String method, String host) {
    return new String[] {":method", method, ":scheme", "http", ":path", "/x", ":authority", host};
  }
}
