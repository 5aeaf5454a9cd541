package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** HTTP/1.1 from a client, through both proxies and mutual TLS, to the service and back. */
class HttpPathTest {
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
  void aRequestReachesTheServiceWithTheCallersIdentity() throws Exception {
    try (RawClient client = mesh.call()) {
      RawClient.Answer answer = client.get("/ok?x=1", "server.b");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("ok");
    }
    RecordingApp.Seen seen = mesh.app.last();
    assertThat(seen.line()).isEqualTo("GET /ok?x=1 HTTP/1.1");
    assertThat(seen.values("host")).containsExactly("server.b");
    assertThat(seen.values("x-forwarded-client-cert"))
        .singleElement()
        .asString()
        .matches(
            "By=spiffe://mesh.test/ns/b/sa/server;Hash=[0-9a-f]{64};Subject=\"\";"
                + "URI=spiffe://mesh.test/ns/a/sa/client");
    assertThat(seen.values("x-forwarded-proto")).containsExactly("http");
    assertThat(seen.values("x-request-id")).hasSize(1);
  }

  @Test
  void connectionsAreKeptOnBothSides() throws Exception {
    try (RawClient client = mesh.call()) {
      for (int i = 0; i < 20; i++) {
        assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
      }
    }
    assertThat(mesh.app.seen()).hasSize(20);
    assertThat(mesh.app.connections()).isEqualTo(1);
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    try (RawClient client = mesh.call()) {
      StringBuilder requests = new StringBuilder();
      for (int i = 0; i < 10; i++) {
        requests.append(
            String.join(
                "\r\n",
                "POST /echo HTTP/1.1",
                "Host: server.b",
                "Content-Length: 1",
                "",
                Integer.toString(i)));
      }
      client.send(requests.toString());
      for (int i = 0; i < 10; i++) {
        assertThat(client.answer().body()).isEqualTo(Integer.toString(i));
      }
    }
  }

  @Test
  void bodiesOfEveryFramingPass() throws Exception {
    try (RawClient client = mesh.call()) {
      client
          .head("POST /echo HTTP/1.1", "Host: server.b", "Transfer-Encoding: chunked")
          .head("3", "abc", "4", "defg", "0");
      assertThat(client.answer().body()).isEqualTo("abcdefg");
      assertThat(client.get("/chunked", "server.b").body()).isEqualTo("hello world");
      assertThat(client.get("/close", "server.b").body()).isEqualTo("until the end");
      assertThat(client.get("/ok", "server.b").body()).isEqualTo("ok");
    }
  }

  @Test
  void aHeadRequestHasNoBodyAndTheConnectionGoesOn() throws Exception {
    try (RawClient client = mesh.call()) {
      client.head("HEAD /ok HTTP/1.1", "Host: server.b").head("GET /ok HTTP/1.1", "Host: server.b");
      assertThat(client.headOnly()).contains("200 OK").containsIgnoringCase("content-length: 2");
      assertThat(client.answer().body()).isEqualTo("ok");
    }
  }

  @Test
  void largeBodiesPassBothWays() throws Exception {
    byte[] body = new byte[5 * 1024 * 1024];
    Arrays.fill(body, (byte) 'b');
    try (RawClient client = mesh.call()) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.get("/big?65536", "server.b").body()).hasSize(65_536);
      }
      client.head("POST /echo HTTP/1.1", "Host: server.b", "Content-Length: " + body.length);
      Thread sender =
          Thread.startVirtualThread(
              () -> {
                try {
                  client.send(body);
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThat(client.answer().body()).hasSize(body.length).isEqualTo("b".repeat(body.length));
      sender.join();
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
  }

  @Test
  void continueIsPassedOnBeforeTheBody() throws Exception {
    try (RawClient client = mesh.call()) {
      client.head(
          "POST /echo HTTP/1.1", "Host: server.b", "Content-Length: 2", "Expect: 100-continue");
      assertThat(client.answer().status()).isEqualTo(100);
      client.send("hi");
      assertThat(client.answer().body()).isEqualTo("hi");
    }
  }

  @Test
  void namesThatAnEnvironmentCannotTellApartAreTreatedAlike() throws Exception {
    try (RawClient client = mesh.call()) {
      client.head(
          "GET /ok HTTP/1.1",
          "Host: server.b",
          "X.Forwarded.Client.Cert: URI=spiffe://mesh.test/ns/a/sa/admin",
          "X_Forwarded!For: 192.0.2.1",
          "X-Other.Name: kept");
      assertThat(client.answer().status()).isEqualTo(200);
    }
    assertThat(mesh.app.last().head())
        .doesNotContain("admin", "192.0.2.1")
        .containsIgnoringCase("x-other.name: kept");
    try (RawClient client = mesh.call()) {
      client.head("POST /echo HTTP/1.1", "Host: server.b", "Content.Length: 2");
      assertThat(client.answer().status()).isEqualTo(400);
    }
  }

  @Test
  void anUnknownServiceIs502() throws Exception {
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/", "nobody.b").status()).isEqualTo(502);
    }
  }

  @Test
  void aServiceThatIsDownIs503() throws Exception {
    mesh.app.close();
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(503);
    }
  }
}
