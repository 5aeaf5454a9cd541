package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which hosts an address covers that is registered for a node. */
class AdvertisedAddressTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.9, 10.0.0.9",
    "10.0.0.9, ::ffff:10.0.0.9",
    "::ffff:10.0.0.9, 10.0.0.9",
    "10.0.0.0/8, 10.255.0.1",
    "2001:db8::9, 2001:0DB8:0:0::9",
    "2001:db8::/32, 2001:db8:1::1",
    "web.example, web.example",
    "Web.Example., web.example",
    "web.example, WEB.EXAMPLE.",
    "web, web",
    "web_1.9lives, web_1.9lives",
  })
  void anAddressCoversItselfHoweverItIsWritten(String registered, String host) {
    assertThat(AdvertisedAddress.parse(registered).covers(host)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.9, 10.0.0.90",
    "10.0.0.9, web.example",
    "10.0.0.0/8, 11.0.0.1",
    "10.0.0.0/8, 10.0.0.1.example",
    "2001:db8::9, 10.0.0.9",
    "::ffff:0.0.0.0/96, 2001:db8::9",
    "web.example, other.web.example",
    "web.example, example",
    "web.example, webxexample",
    "web.example, 10.0.0.9",
    "web.example, ''",
  })
  void andNothingElse(String registered, String host) {
    assertThat(AdvertisedAddress.parse(registered).covers(host)).isFalse();
  }

  /** Resolvers take some of them for IPv4 addresses. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", ".", "10.0.0", "10.0.0.300", "167772169", "0x0a000009", "10.0.0.0x9", "a..b",
        "-a", "a-", "*.example", "10.0.0.0/33", "fe80::1%eth0", "[::1]", "10.0.0.9:80", "a b",
            "ä.de"
      })
  void whatIsNoAddressBlockOrNameIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AdvertisedAddress.parse(text))
        .withMessageContaining("is no IP address, CIDR block or DNS name");
  }

  @Test
  void aNameHasAtMost253Characters() {
    String longest = "a.".repeat(126) + "a";
    assertThat(AdvertisedAddress.parse(longest).covers(longest)).isTrue();
    assertThatIllegalArgumentException().isThrownBy(() -> AdvertisedAddress.parse("a." + longest));
  }
}
