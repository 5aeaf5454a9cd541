package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Protocol;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a rule lets connections live: in all, unused, and silent. */
@Timeout(60)
class LifetimesTest {
  private HeldApp app;
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    app = new HeldApp();
    mesh = Mesh.ready();
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    app.close();
  }

  @Test
  void aConnectionThatIsOldEnoughClosesAfterWhatItCarries() throws Exception {
    rule("{connectionPool: {tcp: {maxConnectionDuration: 1ms}}}");
    carriesOneRequestTo(Protocol.HTTP);
  }

  @Test
  void anHttp2ConnectionThatIsOldEnoughClosesAfterWhatItCarries() throws Exception {
    restart(Protocol.HTTP2);
    rule("{connectionPool: {tcp: {maxConnectionDuration: 1ms}}}");
    carriesOneRequestTo(Protocol.HTTP2);
  }

  @Test
  void aConnectionThatIsUnusedForLongEnoughCloses() throws Exception {
    rule("{connectionPool: {http: {idleTimeout: 1ms}}}");
    carriesOneRequestTo(Protocol.HTTP);
  }

  @Test
  void anHttp2ConnectionThatIsUnusedForLongEnoughCloses() throws Exception {
    restart(Protocol.HTTP2);
    rule("{connectionPool: {http: {idleTimeout: 1ms}}}");
    carriesOneRequestTo(Protocol.HTTP2);
  }

  @Test
  void anUnusedConnectionIsKeptForEverWhereTheRuleSaysZero() throws Exception {
    mesh.close();
    mesh =
        Mesh.ready(
            Mesh.Options.DEFAULT.limits(
                Limits.DEFAULTS.with(to -> to.upstreamIdle(Duration.ofMillis(1)))));
    try (HeldApp other = new HeldApp()) {
      mesh.destinations(
          List.of(
              new Ruled(mesh)
                  .destination(
                      "{connectionPool: {http: {idleTimeout: 0s}}}",
                      Protocol.HTTP,
                      Ruled.plain(app.port())),
              mesh.destination("other", Set.of(), List.of(Ruled.plain(other.port())))));
      try (RawClient client = mesh.call()) {
        app.answerNext();
        assertThat(client.get("/x", "server.b").status()).isEqualTo(200);
        other.answerNext();
        assertThat(client.get("/x", "other.b").status()).isEqualTo(200);
      }
      Mesh.eventually(() -> other.openConnections() == 0);
      assertThat(app.openConnections()).isEqualTo(1);
    }
  }

  @Test
  void aTunnelEndsWhenItIsOldEnoughThoughBytesPass() throws Exception {
    tunnel("{connectionPool: {tcp: {maxConnectionDuration: 2s}}}", true, "-");
  }

  @Test
  void aTunnelEndsWhenItIsSilentForLongEnoughAndSaysSo() throws Exception {
    tunnel("{connectionPool: {tcp: {idleTimeout: 2s}}}", false, "idle");
  }

  /** A request in flight is not cut off, and the connection is gone soon after it. */
  private void carriesOneRequestTo(Protocol protocol) throws Exception {
    try (RawClient client = call()) {
      app.awaitHeld(1);
      try (RawClient other = call()) {
        app.awaitHeld(2);
        app.answerOne();
        app.answerOne();
        assertThat(client.answer().status()).as("%s", protocol).isEqualTo(200);
        assertThat(other.answer().status()).as("%s", protocol).isEqualTo(200);
      }
    }
    Mesh.eventually(() -> app.openConnections() == 0);
  }

  private void tunnel(String policy, boolean talking, String flag) throws Exception {
    mesh.close();
    try (EchoApp echo = new EchoApp()) {
      mesh = Mesh.ready(Mesh.Options.DEFAULT.tcp(echo.address()));
      new Ruled(mesh).by(policy);
      try (RawClient client = new RawClient(mesh.outboundPort)) {
        assertThat(client.send("a").read(1)).asString().isEqualTo("a");
        if (talking) {
          Mesh.eventually(() -> !echoes(client));
        } else {
          assertThat(client.closed()).isTrue();
        }
      }
      assertThat(mesh.logged("source").flag()).isEqualTo(flag);
    }
  }

  private static boolean echoes(RawClient client) {
    try {
      return client.send("b").read(1).length == 1;
    } catch (java.io.IOException closed) {
      return false;
    }
  }

  private RawClient call() throws Exception {
    return mesh.call().head("GET /x HTTP/1.1", "Host: server.b");
  }

  private void rule(String policy) {
    new Ruled(mesh).by(policy, Ruled.plain(app.port()));
  }

  private void restart(Protocol protocol) throws Exception {
    mesh.close();
    mesh = Mesh.ready(Mesh.Options.DEFAULT.protocol(protocol));
  }
}
