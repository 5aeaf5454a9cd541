package io.heraldmesh.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1",
        "0.0.0.0",
        "::1",
        "2001:db8::1",
        "::ffff:10.0.0.1",
        "localhost",
        "3f2a9c",
        "my_host",
        "Web.example.com",
        "web.example.com.",
        "1.2.3.example"
      })
  void isAnIpLiteralOrADnsName(String host) {
    assertThat(Endpoint.isHost(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        " ",
        "a b",
        "a..b",
        "-a",
        "a-",
        "*.example.com",
        "a/b",
        "a:80",
        "[::1]",
        "fe80::1%eth0",
        "10.0.0.256",
        "1.2.3",
        "2130706433",
        "ü.example.com",
        "a\n"
      })
  void isNothingElse(String host) {
    assertThat(Endpoint.isHost(host)).isFalse();
  }

  @Test
  void aNameHasAtMost253CharactersAndEachPartOfItAtMost63() {
    String part = "a".repeat(63);
    assertThat(Endpoint.isHost(part + "." + part)).isTrue();
    assertThat(Endpoint.isHost(part + "a.b")).isFalse();
    assertThat(Endpoint.isHost("a.".repeat(126) + "a")).isTrue();
    assertThat(Endpoint.isHost("a.".repeat(126) + "ab")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 65_536, 70_000})
  void aPortIsOneThatCanBeDialled(int port) {
    assertThat(Endpoint.isPort(port)).isFalse();
    assertThat(Endpoint.isPort(1)).isTrue();
    assertThat(Endpoint.isPort(65_535)).isTrue();
  }
}
