package io.heraldmesh.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class SourceLimitTest {
  private final SourceLimit limit = new SourceLimit(2);

  @Test
  void oneAddressHasSoManyAndOthersTheirOwn() throws Exception {
    assertThat(enter("10.0.0.1")).isTrue();
    assertThat(enter("10.0.0.1")).isTrue();
    assertThat(enter("10.0.0.1")).isFalse();
    assertThat(enter("10.0.0.2")).isTrue();
    limit.leave(InetAddress.getByName("10.0.0.1"));
    assertThat(enter("10.0.0.1")).isTrue();
    assertThat(enter("10.0.0.1")).isFalse();
  }

  /** A machine may use any address of its network. */
  @Test
  void aNetworkOfIpv6CountsAsOne() throws Exception {
    assertThat(enter("2001:db8::1")).isTrue();
    assertThat(enter("2001:db8::ffff:2")).isTrue();
    assertThat(enter("2001:db8::3")).isFalse();
    assertThat(enter("2001:db8:0:1::1")).isTrue();
  }

  @Test
  void nothingIsRememberedOfThoseThatLeft() throws Exception {
    for (int i = 0; i < 100; i++) {
      InetAddress one = InetAddress.getByName("10.0.1." + i);
      assertThat(limit.enter(one)).isTrue();
      limit.leave(one);
    }
    assertThat(limit.sources()).isZero();
  }

  private boolean enter(String address) throws Exception {
    return limit.enter(InetAddress.getByName(address));
  }
}
