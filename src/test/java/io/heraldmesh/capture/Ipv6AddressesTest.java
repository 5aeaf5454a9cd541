package io.heraldmesh.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Where iptables cannot lead IPv6 to the proxy, and IPv6 is spoken, nothing is installed. */
class Ipv6AddressesTest {
  private static final String LOOPBACK = "00000000000000000000000000000001 01 80 10 80       lo\n";
  private static final String GLOBAL = "fd770005000000000000000000000001 02 40 00 80     eth0\n";
  private static final String LINK = "fe80000000000000020000fffe000001 0a 40 20 80     eth0\n";

  @Test
  void loopbackAloneLeadsNowhere() {
    assertThat(Ipv6Addresses.beyondLoopback("")).isFalse();
    assertThat(Ipv6Addresses.beyondLoopback(LOOPBACK)).isFalse();
  }

  @Test
  void anyOtherAddressIsOneThatOthersReach() {
    assertThat(Ipv6Addresses.beyondLoopback(LOOPBACK + GLOBAL)).isTrue();
    assertThat(Ipv6Addresses.beyondLoopback(LINK + LOOPBACK)).isTrue();
  }

  @Test
  void whoCannotLeadItToTheProxyIsToldWhatToDo() {
    Commands.Said none = new Commands.Said(3, "can't initialize ip6tables table `nat'");
    assertThatThrownBy(() -> IptablesFilter.mustLeadIpv6(none, true))
        .isInstanceOf(CaptureFailure.class)
        .hasMessageContaining("modprobe ip6table_nat")
        .hasMessageContaining("net.ipv6.conf.all.disable_ipv6=1")
        .hasMessageContaining("can't initialize");
    assertThatCode(() -> IptablesFilter.mustLeadIpv6(none, false)).doesNotThrowAnyException();
    assertThatCode(() -> IptablesFilter.mustLeadIpv6(new Commands.Said(0, ""), true))
        .doesNotThrowAnyException();
  }
}
