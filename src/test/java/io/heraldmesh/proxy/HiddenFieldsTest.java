package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.ResourceReader;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ways to hand a service a field that policy did not see, or to keep one from it. */
@Timeout(60)
class HiddenFieldsTest {
  private static final String POLICY =
      """
      apiVersion: security.istio.io/v1
      kind: RequestAuthentication
      metadata: {name: outputs, namespace: b}
      spec:
        jwtRules:
        - issuer: https://issuer.test
          jwksUri: https://issuer.test/jwks
          outputClaimToHeaders:
          - {header: x-auth-user, claim: sub}
      """;

  private static Mesh mesh;

  /** Where the client comes in. */
  enum Side {
    INBOUND {
      @Override
      Socket connect(String alpn) throws Exception {
        return mesh.tlsSocket(
            mesh.authority.issue(Mesh.CLIENT_ID), alpn.equals("h2") ? "istio-h2" : "istio", alpn);
      }
    },
    OUTBOUND {
      @Override
      Socket connect(String alpn) throws Exception {
        return new Socket(mesh.outbound.getAddress(), mesh.outbound.getPort());
      }
    };

    abstract Socket connect(String alpn) throws Exception;

    RawClient http1() throws Exception {
      return new RawClient(connect("http/1.1"));
    }

    RawHttp2Client http2() throws Exception {
      return new RawHttp2Client(connect("h2"));
    }
  }

  @BeforeAll
  static void start() throws Exception {
    mesh = Mesh.ready();
    Resources policy = ResourceReader.read("policy.yaml", POLICY);
    mesh.server.apply(
        new NodeSnapshot(
            "server",
            List.of(
                new MeshCompiler(Mesh.DOMAIN)
                    .workload(policy, Mesh.SERVER, Mesh.SERVER.name(), Map.of())),
            List.of()));
  }

  @AfterAll
  static void stop() throws Exception {
    mesh.close();
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void whatOnlyAVerifiedTokenMaySayIsTakenOffHoweverItIsWritten(Side side) throws Exception {
    try (RawClient client = side.http1()) {
      client.head(
          "GET /ok HTTP/1.1",
          "Host: server.b",
          "X-Auth-User: evil",
          "x_auth_user: evil",
          "X_AUTH-USER: evil",
          "X.Auth.User: evil",
          "X-Auth-Username: kept");
      assertThat(client.answer().status()).isEqualTo(200);
    }
    assertThat(mesh.app.last().head()).doesNotContain("evil").contains("kept");
    assertThat(mesh.app.last().values("x-request-id")).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void trailersOfARequestNeverBecomeHeaders(Side side) throws Exception {
    try (RawClient client = side.http1()) {
      client.head("POST /echo HTTP/1.1", "Host: server.b", "Transfer-Encoding: chunked");
      client.head("2", "ok", "0", "X-Auth-User: evil", "Authorization: evil", "X-Evil: 1");
      assertThat(client.answer().body()).isEqualTo("ok");
    }
    assertThat(mesh.app.last().head()).doesNotContainIgnoringCase("evil");
    try (RawHttp2Client client = side.http2()) {
      client.call(false, "POST", "/echo");
      client.frame(RawHttp2Client.DATA, 0, 1, new byte[] {'o', 'k'});
      client.request(1, true, "x-auth-user", "evil", "authorization", "evil", "x-evil", "1");
      assertThat(client.status(client.readAnswer())).isEqualTo("200");
    }
    assertThat(mesh.app.last().head()).doesNotContainIgnoringCase("evil");
    assertThat(mesh.app.last().body()).isEqualTo("ok");
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void tooManyTrailersAreRefused(Side side) throws Exception {
    String[] fields = new String[1000];
    for (int i = 0; i < fields.length; i += 2) {
      fields[i] = "x" + i;
      fields[i + 1] = "1";
    }
    int before = mesh.app.seen().size();
    try (RawHttp2Client client = side.http2()) {
      client.call(false, "POST", "/echo");
      client.request(1, true, fields);
      RawHttp2Client.Frame answer = client.readAnswer();
      if (answer.type() == RawHttp2Client.HEADERS) {
        assertThat(client.status(answer)).isIn("400", "431");
      }
    }
    assertThat(mesh.app.seen()).hasSize(before);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aClientCannotHaveTheProxyDropWhatIsForTheService(Side side) throws Exception {
    try (RawClient client = side.http1()) {
      client
          .head(
              "POST /ok HTTP/1.1",
              "Host: server.b",
              "Connection: Authorization, cookie, HOST, Content-Length, Content-Type",
              "Connection: x-forwarded-client-cert, x-forwarded-for, x-hop",
              "Authorization: Basic a",
              "Cookie: b=1",
              "Content-Type: text/plain",
              "X-Hop: 1",
              "Content-Length: 2")
          .send("hi");
      assertThat(client.answer().status()).isEqualTo(200);
    }
    RecordingApp.Seen seen = mesh.app.last();
    assertThat(seen.body()).isEqualTo("hi");
    assertThat(seen.values("host")).containsExactly("server.b");
    assertThat(seen.values("authorization")).containsExactly("Basic a");
    assertThat(seen.values("cookie")).containsExactly("b=1");
    assertThat(seen.values("content-type")).containsExactly("text/plain");
    assertThat(seen.values("x-forwarded-client-cert")).hasSize(1);
    assertThat(seen.values("x-forwarded-for")).hasSize(1);
    assertThat(seen.values("x-hop")).isEmpty();
    assertThat(seen.values("connection")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void cookiesOfHttp2BecomeOneField(Side side) throws Exception {
    try (RawHttp2Client client = side.http2()) {
      client.call(true, "GET", "/ok", "cookie", "a=1", "x", "1", "cookie", "b=2");
      assertThat(client.status(client.readAnswer())).isEqualTo("200");
    }
    assertThat(mesh.app.last().values("cookie")).containsExactly("a=1; b=2");
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void anExpectationThatNobodyKnowsIs417(Side side) throws Exception {
    int before = mesh.app.seen().size();
    for (String expect : List.of("200-maybe", "100-continue, x", "")) {
      try (RawClient client = side.http1()) {
        client.head(
            "POST /ok HTTP/1.1", "Host: server.b", "Content-Length: 2", "Expect: " + expect);
        assertThat(client.answer().status()).as(expect).isEqualTo(417);
        assertThat(client.closed()).isTrue();
      }
    }
    assertThat(mesh.app.seen()).hasSize(before);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void anOldClientsExpectationIsNone(Side side) throws Exception {
    try (RawClient client = side.http1()) {
      client
          .head(
              "POST /echo HTTP/1.0", "Host: server.b", "Content-Length: 2", "Expect: 100-continue")
          .send("hi");
      assertThat(client.answer().body()).isEqualTo("hi");
    }
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void lengthsOfHttp2AreKept(Side side) throws Exception {
    int before = mesh.app.seen().size();
    for (String length : List.of("1", "3", "x", "-1")) {
      try (RawHttp2Client client = side.http2()) {
        client.call(false, "POST", "/echo", "content-length", length);
        client.frame(RawHttp2Client.DATA, RawHttp2Client.END_STREAM, 1, new byte[] {'o', 'k'});
        RawHttp2Client.Frame answer = client.readAnswer();
        if (answer.type() == RawHttp2Client.HEADERS) {
          assertThat(client.status(answer)).as(length).isEqualTo("400");
        }
      }
    }
    try (RawHttp2Client client = side.http2()) {
      client.call(false, "POST", "/echo", "content-length", "1", "content-length", "2");
      client.frame(RawHttp2Client.DATA, RawHttp2Client.END_STREAM, 1, new byte[] {'o', 'k'});
      RawHttp2Client.Frame answer = client.readAnswer();
      if (answer.type() == RawHttp2Client.HEADERS) {
        assertThat(client.status(answer)).isEqualTo("400");
      }
    }
    assertThat(mesh.app.seen()).hasSize(before);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void continueReachesAnHttp2ClientOnce(Side side) throws Exception {
    try (RawHttp2Client client = side.http2()) {
      client.call(false, "POST", "/echo", "content-length", "2", "expect", "100-continue");
      assertThat(client.status(client.readAnswer())).isEqualTo("100");
      client.frame(RawHttp2Client.DATA, RawHttp2Client.END_STREAM, 1, new byte[] {'o', 'k'});
      assertThat(client.status(client.readAnswer())).isEqualTo("200");
    }
    assertThat(mesh.app.last().body()).isEqualTo("ok");
  }

  /** Refused before the body: the client is told, and what it sends all the same is no request. */
  @ParameterizedTest
  @EnumSource(Side.class)
  void anAnswerBeforeTheBodyEndsTheConnectionAfterIt(Side side) throws Exception {
    mesh.app.rawAnswer("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
    try (RawClient client = side.http1()) {
      client.head("POST /early HTTP/1.1", "Host: server.b", "Content-Length: 41");
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.head()).containsIgnoringCase("connection: close");
      client.send("GET /smuggled HTTP/1.1\r\nHost: server.b\r\n\r\n");
      assertThat(client.closed()).isTrue();
    }
    assertThat(mesh.app.seen()).noneMatch(seen -> seen.line().contains("smuggled"));
  }
}
