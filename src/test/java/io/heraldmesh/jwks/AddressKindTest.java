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

  @ParameterizedTest(name = "{0}: {1} is {2}")
  @CsvSource({
    "mapped, ::ffff:169.254.169.254, LINK_LOCAL",
    "6to4, 2002:a9fe:a9fe::1, LINK_LOCAL",
    "6to4, 2002:6464:64c8::1, METADATA",
    "6to4, 2002:0a00:0005::1, ORDINARY",
    "NAT64, 64:ff9b::100.100.100.200, METADATA",
    "NAT64, 64:ff9b::10.0.0.5, ORDINARY",
    "local NAT64 /96, 64:ff9b:1::127.0.0.1, LOOPBACK",
    "local NAT64 /96, 64:ff9b:1:abcd::169.254.169.254, LINK_LOCAL",
    "local NAT64 /96, 64:ff9b:1::0.0.0.0, UNSPECIFIED",
    "local NAT64 /96, 64:ff9b:1::10.0.0.5, ORDINARY",
    "local NAT64 /96, 64:ff9b:1:fffe::8.8.8.8, ORDINARY",
    "local NAT64 /64, 64:ff9b:1:0:7f:0:100::, LOOPBACK",
    "local NAT64 /64, 64:ff9b:1:0:a:0:500::, ORDINARY",
    "local NAT64 /56, 64:ff9b:1:007f:00:01:0:0, LOOPBACK",
    "local NAT64 /56, 64:ff9b:1:64:64:64c8::, METADATA",
    "local NAT64 /48, 64:ff9b:1:a9fe:a9:fe00::, LINK_LOCAL",
    "local NAT64 /48 with a suffix, 64:ff9b:1:a9fe:a9:fe00:0:7, LINK_LOCAL",
    "local NAT64 /48, 64:ff9b:1:a00:0:500::, ORDINARY",
    "beside the NAT64 prefixes, 64:ff9b:2::127.0.0.1, ORDINARY",
    "SIIT, ::ffff:0:127.0.0.1, LOOPBACK",
    "SIIT, ::ffff:0:169.254.169.254, LINK_LOCAL",
    "SIIT, ::ffff:0:10.0.0.5, ORDINARY",
    "ISATAP, 2001:db8::5efe:127.0.0.1, LOOPBACK",
    "ISATAP, 2001:db8::200:5efe:169.254.169.254, LINK_LOCAL",
    "ISATAP, 2001:db8::200:5efe:168.63.129.16, METADATA",
    "ISATAP, fd00:1:2:3:0:5efe:10.0.0.5, ORDINARY",
    "ISATAP on the link, fe80::5efe:10.0.0.5, LINK_LOCAL",
    "no ISATAP, 2001:db8::100:5efe:127.0.0.1, ORDINARY",
    "Teredo, 2001:0:4136:e378:8000:63bf:80ff:fffe, LOOPBACK",
    "Teredo, 2001::5601:5601, LINK_LOCAL",
    "Teredo, 2001::9b9b:9b37, METADATA",
    "Teredo, 2001:0:4136:e378:8000:63bf:3fff:fdd2, ORDINARY",
    "beside Teredo, 2001:1::80ff:fffe, ORDINARY"
  })
  void whatCarriesAnIpv4AddressIsAlsoThat(String form, String address, AddressKind kind)
      throws Exception {
    assertThat(AddressKind.of(InetAddress.getByName(address))).as(form).isEqualTo(kind);
  }
}
