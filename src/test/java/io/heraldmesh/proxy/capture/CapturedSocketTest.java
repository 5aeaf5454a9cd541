package io.heraldmesh.proxy.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** What the kernel says about where a connection was going. */
class CapturedSocketTest {

  @Test
  void addressesOfBothFamiliesAreRead() {
    assertThat(CapturedSocket.parse(sockaddr(2, 16, "0050" + "0a600304")))
        .isEqualTo(new InetSocketAddress("10.96.3.4", 80));
    assertThat(
            CapturedSocket.parse(
                sockaddr(10, 28, "ffff" + "00000000" + "20010db8000000000000000000000007")))
        .isEqualTo(new InetSocketAddress("2001:db8::7", 65535));
  }

  @Test
  void anIpv4AddressInIpv6IsTheIpv4Address() {
    assertThat(
            CapturedSocket.parse(
                sockaddr(10, 28, "0050" + "00000000" + "00000000000000000000ffff0a600304")))
        .isEqualTo(new InetSocketAddress("10.96.3.4", 80));
  }

  @Test
  void whatIsNoAddressIsNone() {
    assertThat(CapturedSocket.parse(sockaddr(1, 16, "0050"))).isNull();
    assertThat(CapturedSocket.parse(sockaddr(2, 16, "0000" + "0a600304"))).isNull();
    assertThat(CapturedSocket.parse(sockaddr(10, 16, "0050"))).isNull();
  }

  private static ByteBuffer sockaddr(int family, int length, String rest) {
    return ByteBuffer.allocate(length)
        .order(ByteOrder.nativeOrder())
        .putShort((short) family)
        .put(HexFormat.of().parseHex(rest))
        .clear();
  }
}
