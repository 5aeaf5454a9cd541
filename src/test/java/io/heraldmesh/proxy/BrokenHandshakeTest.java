package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.proxy.log.AccessEntry;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A called side that ends the connection in the middle of the TLS handshake. */
class BrokenHandshakeTest {

  @Test
  void aServerThatHangsUpIsSaidSoInTheLogAndServedOnceItIsReady() throws Exception {
    try (Mesh mesh = new Mesh(Mesh.Options.DEFAULT)) {
      mesh.clientCredentials.set(mesh.authority.issue(Mesh.CLIENT_ID), mesh.authority.root());
      mesh.serverCredentials.set(mesh.authority.issue(Mesh.SERVER_ID), mesh.authority.root());
      mesh.destination(Set.of(Mesh.SERVER_ID), true);
      Mesh.eventually(mesh.client::inForce);

      // the server has no policy yet and closes every connection
      try (RawClient client = mesh.call()) {
        assertThat(client.get("/ok", "server.b").status()).isEqualTo(503);
      }
      AccessEntry entry = mesh.logged("source");
      assertThat(entry.flag()).isEqualTo("upstream_tls_failed");
      assertThat(entry.reason().detail())
          .isEqualTo(
              "127.0.0.1:" + mesh.inbound.getPort() + " by mesh TLS: closed by the other side");

      mesh.policy(MtlsMode.STRICT);
      Mesh.eventually(mesh.server::inForce);
      try (RawClient client = mesh.call()) {
        assertThat(client.get("/ok", "server.b").status()).isEqualTo(200);
      }
    }
  }
}
