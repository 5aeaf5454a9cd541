package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A listener holds so many client connections and no more; those that it holds do not notice. */
class ConnectionLimitTest {
  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready(Mesh.Options.DEFAULT.limits(Limits.DEFAULTS.with(to -> to.connections(2))));
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @Test
  void oneTooManyIsClosedAtOnceAndCountedAndTheOthersGoOn() throws Exception {
    try (RawClient first = mesh.call();
        RawClient second = mesh.call()) {
      answered(first);
      answered(second);
      try (RawClient third = mesh.call()) {
        assertThat(third.closed()).isTrue();
      }
      assertThat(refused("a/client", "outbound")).isEqualTo(1);
      answered(first);
      answered(second);
    }
  }

  @Test
  void aConnectionThatEndsMakesRoom() throws Exception {
    try (RawClient kept = mesh.call()) {
      answered(kept);
      for (int i = 0; i < 5; i++) {
        Mesh.eventually(this::answered);
      }
      answered(kept);
    }
  }

  @Test
  void eachListenerCountsItsOwn() throws Exception {
    List<Socket> waiting = new ArrayList<>();
    try (RawClient first = mesh.call();
        RawClient second = mesh.call()) {
      answered(first);
      answered(second);
      for (int i = 0; i < 3; i++) {
        waiting.add(new Socket(mesh.inbound.getAddress(), mesh.inbound.getPort()));
      }
      Mesh.eventually(() -> refused("b/server", "inbound") == 1);
      assertThat(refused("a/client", "outbound")).isZero();
    } finally {
      for (Socket socket : waiting) {
        socket.close();
      }
    }
  }

  private boolean answered() {
    try (RawClient client = mesh.call()) {
      return client.get("/", "nobody.test").status() == 502;
    } catch (Exception closed) {
      return false;
    }
  }

  /** An answer of the listener itself, so that only its own connections count. */
  private static void answered(RawClient client) throws Exception {
    assertThat(client.get("/", "nobody.test").status()).isEqualTo(502);
  }

  private double refused(String workload, String direction) {
    return mesh.meters
        .get("herald_connections_refused_total")
        .tag("workload", workload)
        .tag("direction", direction)
        .tag("reason", "limit")
        .counter()
        .count();
  }
}
