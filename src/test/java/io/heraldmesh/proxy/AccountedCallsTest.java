package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.proxy.log.AccessEntry;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What did not come to its end is logged and counted under the service that was called. */
class AccountedCallsTest {
  private static final String SERVED = "server.b.svc.cluster.local";

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
  void aDeniedRequestIsCountedForTheWorkloadThatWasCalled() throws Exception {
    mesh.policy(
        MtlsMode.STRICT,
        new AuthorizationPolicy(
            "b", "nobody", AuthorizationPolicy.Action.ALLOW, false, List.of(), null));
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/no", "server.b").status()).isEqualTo(403);
    }
    assertThat(mesh.logged("destination").destination()).isEqualTo("b/server");
    assertThat(counted("destination", "403", "-", SERVED)).isEqualTo(1);
  }

  @Test
  void aBrokenRequestIsCountedForTheWorkloadThatWasCalled() throws Exception {
    try (RawClient client = mesh.meshClient(mesh.authority.issue(Mesh.CLIENT_ID), "http/1.1")) {
      client.send("GET /a HTTP/1.1\r\nHost: a b\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(400);
    }
    assertThat(mesh.logged("destination").destination()).isEqualTo("b/server");
    assertThat(counted("destination", "400", "-", SERVED)).isEqualTo(1);
  }

  @Test
  void aServiceWithoutEndpointsIsTheOneThatWasCalled() throws Exception {
    mesh.destinations(List.of(mesh.destination("gone", Set.of(Mesh.SERVER_ID), List.of())));
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/a", "gone.b").status()).isEqualTo(503);
    }
    assertThat(mesh.logged("source").destination()).isEqualTo("b/gone");
    assertThat(counted("source", "503", "UH", "gone.b.svc.cluster.local")).isEqualTo(1);
  }

  /** It is named by the client alone. */
  @Test
  void aServiceThatThereIsNotIsUnknown() throws Exception {
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/a", "nowhere.b").status()).isEqualTo(502);
    }
    assertThat(mesh.logged("source").destination()).isNull();
    assertThat(counted("source", "502", "NR", "unknown")).isEqualTo(1);
  }

  @Test
  void aClientThatLeavesInTheMiddleOfAResponseIsCountedUnderTheCodeItGot() throws Exception {
    mesh.app.rawAnswer("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\nhalf");
    try (RawClient client = mesh.call()) {
      client.head("GET /raw HTTP/1.1", "Host: server.b");
      assertThat(client.headOnly()).startsWith("HTTP/1.1 201 ");
      client.reset();
    }
    for (String reporter : List.of("source", "destination")) {
      AccessEntry entry = mesh.logged(reporter);
      assertThat(entry.status()).as(reporter).isEqualTo(201);
      assertThat(entry.flag()).as(reporter).isEqualTo("client_gone");
      assertThat(counted(reporter, "201", "DC", SERVED)).as(reporter).isEqualTo(1);
    }
  }

  @Test
  void aClientThatLeavesBeforeTheResponseGotNoCode() throws Exception {
    try (RawClient client = mesh.call()) {
      client.head("GET /hang HTTP/1.1", "Host: server.b");
      Mesh.eventually(() -> !mesh.app.seen().isEmpty());
      client.reset();
    }
    assertThat(mesh.logged("source").status()).isZero();
    assertThat(counted("source", "0", "DC", SERVED)).isEqualTo(1);
  }

  @Test
  void anIdThatTheProxyMadeJoinsTheLinesOfBothSidesAndTheService() throws Exception {
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
    assertThat(mesh.app.last().values("x-request-id"))
        .singleElement()
        .isEqualTo(mesh.logged("source").requestId())
        .isEqualTo(mesh.logged("destination").requestId());
  }

  private double counted(String reporter, String code, String flags, String service) {
    return mesh.meters
        .get("istio_requests_total")
        .tags(
            "reporter",
            reporter,
            "response_code",
            code,
            "response_flags",
            flags,
            "destination_service",
            service)
        .counter()
        .count();
  }
}
