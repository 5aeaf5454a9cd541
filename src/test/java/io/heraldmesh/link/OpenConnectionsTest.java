package io.heraldmesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.TestAuthority;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OpenConnectionsTest {
  private static final SpiffeId ONE = node("n1");
  private static final SpiffeId TWO = node("n2");

  private final OpenConnections open =
      new OpenConnections(
          new ConnectionBounds(6, 2, 3, Duration.ofSeconds(1), Duration.ofSeconds(1), 1 << 20));

  private static SpiffeId node(String name) {
    return SpiffeId.herald(TestAuthority.TD, HeraldRole.NODE, name);
  }

  private boolean enters(String address) {
    return open.enter(address, null).isEmpty();
  }

  private boolean enters(SpiffeId proven) {
    return open.enter("10.0.0.1", proven).isEmpty();
  }

  @Test
  void anAddressHasSoManyWithoutACertificateAndNodesComeInBeside() {
    assertThat(enters("10.0.0.1")).isTrue();
    assertThat(enters("10.0.0.1")).isTrue();
    assertThat(enters("10.0.0.1")).isFalse();
    assertThat(enters("10.0.0.2")).isTrue();
    assertThat(enters(ONE)).isTrue();
    assertThat(enters(TWO)).isTrue();
    assertThat(open.enter("10.0.0.1", node("n3"))).hasValue("6 are open");
  }

  @Test
  void anIdentityHasSoManyWhereverItComesFrom() {
    assertThat(open.enter("10.0.0.1", ONE)).isEmpty();
    assertThat(open.enter("10.0.0.2", ONE)).isEmpty();
    assertThat(open.enter("10.0.0.3", ONE)).isEmpty();
    assertThat(open.enter("10.0.0.4", ONE))
        .hasValue("3 of spiffe://mesh.test/herald/node/n1 are open");
    assertThat(enters(TWO)).isTrue();
    open.leave("10.0.0.4", ONE);
    open.leave("10.0.0.1", ONE);
    assertThat(enters(ONE)).isTrue();
  }

  @Test
  void aWorkloadHasNone() {
    assertThat(enters(SpiffeId.workload(TestAuthority.TD, "shop", "orders"))).isFalse();
  }

  @Test
  void aNetworkOfIpv6IsOneAddress() {
    assertThat(enters("2001:db8::1")).isTrue();
    assertThat(enters("2001:db8::2")).isTrue();
    assertThat(enters("2001:db8::3")).isFalse();
    assertThat(enters("2001:db8:0:1::1")).isTrue();
    assertThat(enters("fe80::1%nosuchlink")).isTrue();
  }

  @Test
  void whoLeavesMakesRoom() {
    enters("10.0.0.1");
    enters("10.0.0.1");
    enters("10.0.0.1");
    open.leave("10.0.0.1", null);
    open.leave("10.0.0.1", null);
    assertThat(enters("10.0.0.1")).isTrue();
  }
}
