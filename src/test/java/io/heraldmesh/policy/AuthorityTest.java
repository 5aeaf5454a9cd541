package io.heraldmesh.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorityTest {

  @ParameterizedTest
  @CsvSource({
    "Secret.Test, secret.test, secret.test",
    "secret.test., secret.test, secret.test",
    "secret.test.:80, secret.test:80, secret.test",
    "secret.test:8080, secret.test:8080, secret.test",
    "[2001:DB8::1]:80, [2001:db8::1]:80, [2001:db8::1]",
    "[::1], [::1], [::1]",
  })
  void caseAndTheDotAtTheEndDoNotMatter(String text, String full, String host) {
    assertThat(Authority.isLegal(text)).isTrue();
    assertThat(Authority.of(text)).isEqualTo(new Authority(full, host));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b",
        "u@a.test",
        "a.test/x",
        "a.test?x",
        "a.test#x",
        "a.test:80:90",
        "a.test:8x",
        ":80",
        "[::1",
        "[::1]x",
        "[]:80",
        "a%2etest",
        "a,b",
        "a\\b",
        "\u00e4.test",
        "a.test:80@b",
        ".",
        ".:80",
        ".a.test",
        "a..test",
        "a.test..",
        "a.test..:80",
        "[a.b]",
        "[aaaa]",
        "[1.2.3.4]",
        "[::1%eth0]",
        "[[::1]]"
      })
  void whatAnotherParserMightReadAsAnotherHostIsIllegal(String text) {
    assertThat(Authority.isLegal(text)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "a.b-c_d", "10.0.0.1:80", "[::1]:80", "a:"})
  void ordinaryHostsAreLegal(String text) {
    assertThat(Authority.isLegal(text)).isTrue();
  }
}
