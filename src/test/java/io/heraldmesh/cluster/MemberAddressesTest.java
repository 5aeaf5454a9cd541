package io.heraldmesh.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.TcpIpConfig;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Hazelcast is told of addresses in numbers, whatever was written. */
class MemberAddressesTest {
  private static final InetAddress IPV4 = InetAddress.ofLiteral("127.0.0.1");
  private static final InetAddress IPV6 = InetAddress.ofLiteral("::1");

  @Test
  void aNameIsItsAddresses() {
    assertThat(found(IPV4, "localhost:5701")).containsExactly("127.0.0.1:5701");
  }

  @Test
  void anIpv6AddressKeepsItsBracketsAndIsWrittenAsHazelcastComparesIt() {
    assertThat(found(IPV6, "[fd00::2]:5701")).containsExactly("[fd00:0:0:0:0:0:0:2]:5701");
  }

  @Test
  void anAddressInNumbersIsTakenAsItStands() {
    assertThat(found(IPV4, "10.0.0.2:5701", "10.0.0.3:5701"))
        .containsExactly("10.0.0.2:5701", "10.0.0.3:5701");
  }

  @Test
  void aNameWithoutAnAddressIsLeftOutAndTheOthersAreNot() {
    assertThat(found(IPV4, "c2.invalid:5701", "10.0.0.3:5701")).containsExactly("10.0.0.3:5701");
  }

  @Test
  void nothingIsToldTwice() {
    TcpIpConfig config = new TcpIpConfig().addMember("127.0.0.1:5701");
    MemberAddresses others = new MemberAddresses(List.of("localhost:5701", "10.0.0.2:1"), IPV4);
    others.addTo(config);
    others.addTo(config);
    assertThat(config.getMembers()).containsExactly("127.0.0.1:5701", "10.0.0.2:1");
  }

  private static List<String> found(InetAddress listen, String... written) {
    TcpIpConfig config = new TcpIpConfig();
    new MemberAddresses(List.of(written), listen).addTo(config);
    return config.getMembers();
  }
}
