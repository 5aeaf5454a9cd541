package io.heraldmesh.policy;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What blocks match is in {@link AuthorizationFieldsTest}; here, what is no block. */
class AddressBlockTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/8",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/8/8",
        "10.0.0",
        "1",
        "::/129",
        "::ffff:10.0.0.0/8",
        "localhost",
        "fe80::1%eth0",
        "[::1]",
        "10.0.0.0/8 ",
        "10.0.0.0/0x8",
        "256.0.0.1"
      })
  void anythingElseCannotExist(String text) {
    assertThatThrownBy(() -> new AddressField(List.of(text), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("neither an IP address nor a CIDR block");
    assertThatThrownBy(() -> new AddressField(List.of(), List.of(text)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
