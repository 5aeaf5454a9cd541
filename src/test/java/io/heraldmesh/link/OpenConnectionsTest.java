package io.heraldmesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OpenConnectionsTest {
  private final OpenConnections open =
      new OpenConnections(new ConnectionBounds(6, 2, Duration.ofSeconds(1)));

  private boolean enters(String address, boolean proven) {
    return open.enter(address, proven).isEmpty();
  }

  @Test
  void anAddressHasSoManyWithoutACertificateAndAnyNumberWithOne() {
    assertThat(enters("10.0.0.1", false)).isTrue();
    assertThat(enters("10.0.0.1", false)).isTrue();
    assertThat(enters("10.0.0.1", false)).isFalse();
    assertThat(enters("10.0.0.2", false)).isTrue();
    assertThat(enters("10.0.0.1", true)).isTrue();
    assertThat(enters("10.0.0.1", true)).isTrue();
    assertThat(open.enter("10.0.0.1", true)).hasValue("6 are open");
  }

  @Test
  void aNetworkOfIpv6IsOneAddress() {
    assertThat(enters("2001:db8::1", false)).isTrue();
    assertThat(enters("2001:db8::2", false)).isTrue();
    assertThat(enters("2001:db8::3", false)).isFalse();
    assertThat(enters("2001:db8:0:1::1", false)).isTrue();
    assertThat(enters("fe80::1%nosuchlink", false)).isTrue();
  }

  @Test
  void whoLeavesMakesRoom() {
    enters("10.0.0.1", false);
    enters("10.0.0.1", false);
    enters("10.0.0.1", false);
    open.leave("10.0.0.1", false);
    open.leave("10.0.0.1", false);
    assertThat(enters("10.0.0.1", false)).isTrue();
  }
}
