package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.MtlsMode;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listeners, services, endpoints and what clients call may all be IPv6. */
@Timeout(60)
class Ipv6Test {
  private static final String LOOPBACK = "::1";

  private RecordingApp app;
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    app = new RecordingApp(LOOPBACK);
    mesh = Mesh.ready(Mesh.Options.DEFAULT.service(app.address()).on(LOOPBACK));
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    app.close();
  }

  @Test
  void aCallPassesAndItsAddressesAreWrittenShort() throws Exception {
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
    assertThat(app.last().values("x-forwarded-for")).containsExactly("::1");
    assertThat(app.last().values("x-forwarded-client-cert")).hasSize(1);
    assertThat(mesh.logged("destination").source()).isEqualTo("::1");
    assertThat(mesh.logged("destination").upstream()).isEqualTo(app.address().toString());
  }

  @Test
  void literalsAreFoundByHostAbsoluteFormAndConnect() throws Exception {
    mesh.destinations(
        List.of(
            mesh.destination(
                "server",
                Set.of(Mesh.SERVER_ID),
                Set.of("fd00::7"),
                List.of(new Endpoint(LOOPBACK, mesh.inbound.getPort(), true)))));
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/host", "[fd00::7]").status()).isEqualTo(200);
      client.head("GET http://[fd00::7]:80/absolute HTTP/1.1", "Host: [fd00::7]");
      assertThat(client.answer().status()).isEqualTo(200);
      assertThat(app.last().line()).isEqualTo("GET /absolute HTTP/1.1");
      assertThat(app.last().values("host")).first().asString().startsWith("[fd00::7]");
    }
    try (RawClient client = mesh.call()) {
      client.head("CONNECT [fd00::7]:80 HTTP/1.1", "Host: [fd00::7]:80");
      assertThat(client.headOnly()).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void aLiteralThatIsNoneIsRefused() throws Exception {
    for (String host : List.of("fd00::7", "[fd00::7", "[fd00::7]x", "[fd00:::7]", "[fe80::1%lo]")) {
      try (RawClient client = mesh.call()) {
        assertThat(client.get("/ok", host).status()).as(host).isIn(400, 502);
      }
    }
    assertThat(app.seen()).isEmpty();
  }

  @Test
  void plainTextIsTakenWherePolicyTakesIt() throws Exception {
    mesh.policy(MtlsMode.PERMISSIVE);
    try (RawClient client = new RawClient(mesh.inbound)) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
    assertThat(app.last().values("x-forwarded-for")).containsExactly("::1");
  }
}
