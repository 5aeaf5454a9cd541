package io.heraldmesh.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.OutsideAuthority;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether a server's certificate is for the name that was called. */
class ServerNamesTest {
  private static final OutsideAuthority AUTHORITY = new OutsideAuthority("names");

  @ParameterizedTest
  @CsvSource({
    "api.example.com,       api.example.com,        true",
    "api.example.com,       API.Example.COM,        true",
    "api.example.com,       api.example.com.,       true",
    "api.example.com,       www.example.com,        false",
    "api.example.com,       example.com,            false",
    "api.example.com,       api.example.com.evil,   false",
    "*.example.com,         api.example.com,        true",
    "*.example.com,         a.b.example.com,        false",
    "*.example.com,         example.com,            false",
    "*.example.com,         .example.com,           false",
    "*.example.com,         *.example.com,          true",
    "*.com,                 example.com,            false",
    "a*.example.com,        api.example.com,        false",
    "*.*.example.com,       a.b.example.com,        false",
    "10.0.0.1,              10.0.0.1,               true",
    "10.0.0.1,              10.0.0.2,               false",
    "spiffe://td/ns/a/sa/b, spiffe://td/ns/a/sa/b,  true",
    "spiffe://td/ns/a/sa/b, spiffe://td/ns/a/sa/c,  false",
    "spiffe://td/ns/a/sa/b, td,                     false",
  })
  void aNameIsMatchedByOneOfItsKind(String shown, String name, boolean matches) {
    assertThat(ServerNames.match(AUTHORITY.issue("x", shown).certificate(), Set.of(name)))
        .isEqualTo(matches);
  }

  @Test
  void anyOfTheNamesIsEnoughAndNoneIsNot() {
    var certificate = AUTHORITY.issue("x", "a.test", "b.test").certificate();
    assertThat(ServerNames.match(certificate, Set.of("z.test", "b.test"))).isTrue();
    assertThat(ServerNames.match(certificate, Set.of())).isFalse();
  }

  @Test
  void theCommonNameIsNoName() {
    assertThat(ServerNames.match(AUTHORITY.issue("a.test").certificate(), Set.of("a.test")))
        .isFalse();
  }

  @Test
  void anAddressIsNoDnsName() {
    assertThat(ServerNames.address("10.0.0.1")).isNotNull();
    assertThat(ServerNames.address("::1")).isNotNull();
    assertThat(ServerNames.address("a.test")).isNull();
  }
}
