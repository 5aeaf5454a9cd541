package io.heraldmesh.jwks;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every spelling of an address that is reachable from this machine only is seen as that. */
class AddressKindTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.5, ORDINARY",
    "240.240.0.1, ORDINARY",
    "2001:db8::1, ORDINARY",
    "127.0.0.1, LOOPBACK",
    "127.255.0.6, LOOPBACK",
    "::1, LOOPBACK",
    "::ffff:127.0.0.1, LOOPBACK",
    "::127.0.0.1, LOOPBACK",
    "2002:7f00:1::, LOOPBACK",
    "64:ff9b::7f00:1, LOOPBACK",
    "0.0.0.0, UNSPECIFIED",
    "0.1.2.3, UNSPECIFIED",
    "::, UNSPECIFIED",
    "::ffff:0.0.0.0, UNSPECIFIED",
    "169.254.169.254, LINK_LOCAL",
    "169.254.1.1, LINK_LOCAL",
    "fe80::1, LINK_LOCAL",
    "::ffff:169.254.169.254, LINK_LOCAL",
    "64:ff9b::a9fe:a9fe, LINK_LOCAL",
    "fd00:ec2::254, METADATA",
    "fd00:ec2::23, METADATA",
    "fd20:ce::254, METADATA",
    "100.100.100.200, METADATA",
    "168.63.129.16, METADATA",
    "192.0.0.192, METADATA",
    "224.0.0.1, MULTICAST",
    "ff02::1, MULTICAST",
    "255.255.255.255, MULTICAST"
  })
  void isWhatItMeans(String address, AddressKind kind) throws Exception {
    assertThat(AddressKind.of(InetAddress.getByName(address))).isEqualTo(kind);
  }
}
