package io.heraldmesh.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class ConnectionTest {
  /** Servers look their name up without a look at its case, so it must not lead around a DENY. */
  @Test
  void theServerNameIsSeenInLowerCase() {
    InetAddress here = InetAddress.getLoopbackAddress();
    Connection connection =
        new Connection(Connection.Tls.SIMPLE, null, here, here, here, 80, "ADMIN.Example.com");

    assertThat(connection.sni()).isEqualTo("admin.example.com");
    assertThat(connection.ofClient(here).sni()).isEqualTo("admin.example.com");
  }
}
