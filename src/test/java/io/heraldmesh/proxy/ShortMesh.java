package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.overload.OverloadLevel;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Two proxies of which one gets short of memory, as far as a test says. */
abstract class ShortMesh {
  /** Patience is given up. */
  static final double SAVING = 0.85;

  /** And new requests. */
  static final double SHEDDING = 0.92;

  /** And new connections. */
  static final double REFUSING = 0.97;

  Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  final void client(double heap) {
    mesh.clientMemory.heap(heap);
    look(mesh.clientOverload, heap);
  }

  final void server(double heap) {
    mesh.serverMemory.heap(heap);
    look(mesh.serverOverload, heap);
  }

  private static void look(Overload overload, double heap) {
    overload.look();
    assertThat(overload.level() == OverloadLevel.NORMAL).isEqualTo(heap < 0.8);
  }

  final RawHttp2Client http2() throws Exception {
    return new RawHttp2Client(new Socket(mesh.outbound.getAddress(), mesh.outbound.getPort()));
  }

  final void works() throws Exception {
    try (RawClient client = mesh.call()) {
      assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
    }
  }

  final boolean answered() {
    try (RawClient client = mesh.call()) {
      return client.get("/ok", "server.b").status() == 200;
    } catch (Exception closed) {
      return false;
    }
  }

  final double shed(String node, String what) {
    return mesh.meters
        .get("herald_overload_shed")
        .tag("node", node)
        .tag("what", what)
        .counter()
        .count();
  }
}
