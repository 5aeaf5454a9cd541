package io.heraldmesh.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiscoveryDocumentTest {

  @Test
  void itStandsBelowTheIssuer() {
    assertThat(DiscoveryDocument.uri("https://idp.test"))
        .isEqualTo("https://idp.test/.well-known/openid-configuration");
    assertThat(DiscoveryDocument.uri("https://idp.test/realm/"))
        .isEqualTo("https://idp.test/realm/.well-known/openid-configuration");
  }

  @Test
  void itNamesTheKeySetOfItsIssuer() throws InvalidKeySet {
    assertThat(
            DiscoveryDocument.keySetUri(
                "{\"issuer\":\"i\",\"jwks_uri\":\"https://k\",\"x\":[1]}", "i"))
        .isEqualTo("https://k");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"issuer\":\"j\",\"jwks_uri\":\"https://k\"}",
        "{\"issuer\":\"i\"}",
        "{\"issuer\":\"i\",\"jwks_uri\":5}",
        "{\"issuer\":\"j\",\"issuer\":\"i\",\"jwks_uri\":\"https://k\"}"
      })
  void anythingElseIsRefused(String document) {
    assertThatThrownBy(() -> DiscoveryDocument.keySetUri(document, "i"))
        .isInstanceOf(InvalidKeySet.class)
        .hasMessageStartingWith("OpenID configuration ");
  }
}
