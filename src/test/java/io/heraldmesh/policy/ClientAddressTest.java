package io.heraldmesh.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressTest {
  private static final InetAddress DIRECT = InetAddress.ofLiteral("10.0.0.9");

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "203.0.113.7; 0; 10.0.0.9",
        "203.0.113.7; 1; 203.0.113.7",
        "1.1.1.1, 203.0.113.7; 1; 203.0.113.7",
        "1.1.1.1, 203.0.113.7, 10.0.0.1; 2; 203.0.113.7",
        "203.0.113.7; 2; 10.0.0.9",
        "1.1.1.1|203.0.113.7, 10.0.0.1; 2; 203.0.113.7",
        "203.0.113.7|10.0.0.1|10.0.0.2; 3; 203.0.113.7",
        "203.0.113.7|10.0.0.1; 3; 10.0.0.9",
        "2001:db8::1; 1; 2001:db8::1",
        "::ffff:203.0.113.7; 1; 203.0.113.7",
        "'1.1.1.1,'; 1; 10.0.0.9",
        "1.1.1.1, unknown; 1; 10.0.0.9",
        "1.1.1.1, [2001:db8::1]; 1; 10.0.0.9",
        "1.1.1.1, 203.0.113.7:80; 1; 10.0.0.9",
        "1.1.1.1, fe80::1%eth0; 1; 10.0.0.9",
        "1.1.1.1, 1.1; 1; 10.0.0.9",
        "1.1.1.1, localhost; 1; 10.0.0.9",
      })
  void itIsTheEntryThatTheOutermostTrustedProxyAdded(String header, int trusted, String client) {
    assertThat(ClientAddress.of(List.of(header.split("\\|", -1)), trusted, DIRECT))
        .isEqualTo(InetAddress.ofLiteral(client));
  }

  @Test
  void withoutTheHeaderItIsTheConnections() {
    assertThat(ClientAddress.of(List.of(), 1, DIRECT)).isEqualTo(DIRECT);
  }
}
