package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.AuthorizationPolicy;
import io.heraldmesh.policy.AuthorizationPolicy.Action;
import io.heraldmesh.policy.Condition;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.Rule;
import io.heraldmesh.policy.TextField;
import io.heraldmesh.policy.TextMatch;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients without mesh TLS, and what HTTP/1 leaves open. */
@Timeout(60)
class OldClientsTest {
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
    mesh.policy(MtlsMode.PERMISSIVE);
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  /** RFC 9112 section 3.2: an HTTP/1.1 request without Host is none. */
  @Test
  void aRequestThatNamesNoHostGoesOnWithTheServicesAddress() throws Exception {
    try (RawClient client = new RawClient(mesh.inbound)) {
      assertThat(client.head("GET /ok HTTP/1.0").answer().status()).isEqualTo(200);
    }
    assertThat(mesh.app.last().line()).endsWith(" HTTP/1.1");
    assertThat(mesh.app.last().values("host"))
        .containsExactly("127.0.0.1:" + mesh.app.address().port());
  }

  @Test
  void aHostThatIsNamedIsKept() throws Exception {
    try (RawClient client = new RawClient(mesh.inbound)) {
      client.head("GET /ok HTTP/1.0", "Host: server.b");
      assertThat(client.answer().status()).isEqualTo(200);
    }
    assertThat(mesh.app.last().values("host")).containsExactly("server.b");
  }

  /** The codec of HTTP/2 has it in a header of this name, which an HTTP/1.1 client can send. */
  @Test
  void aClientOfHttp1DoesNotChooseItsScheme() throws Exception {
    TextField notHttps = new TextField(List.of(), List.of(new TextMatch.Exact("https")));
    mesh.policy(
        MtlsMode.PERMISSIVE,
        new AuthorizationPolicy(
            "b",
            "https-only",
            Action.DENY,
            false,
            List.of(
                new Rule(
                    List.of(),
                    List.of(),
                    List.of(new Condition.HeaderCondition(":scheme", notHttps)))),
            null));
    for (String scheme : List.of("https", "http", "ftp")) {
      try (RawClient client = new RawClient(mesh.inbound)) {
        client.head("GET /ok HTTP/1.1", "Host: server.b", "X-Http2-Scheme: " + scheme);
        assertThat(client.answer().status()).as(scheme).isEqualTo(403);
      }
    }
    assertThat(mesh.app.seen()).isEmpty();
  }
}
