package io.heraldmesh.compile;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.heraldmesh.resource.problem.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keys in a rule that verify nothing. */
class KeySetChecksTest {
  private static final String SECRET = "c2VjcmV0LW9mLXRoZS10ZXN0";
  private static final String SYMMETRIC =
      "{\"kty\":\"oct\",\"kid\":\"s\",\"k\":\"" + SECRET + "\"}";

  @Test
  void aKeyThatCanBeUsedIsNothingToWarnOf() throws JOSEException {
    assertThat(warned("{\"keys\":[" + key() + "]}")).isEmpty();
  }

  @Test
  void aKeyBesideGoodOnesThatVerifiesNothingIsNamed() throws JOSEException {
    List<Problem> found = warned("{\"keys\":[" + key() + "," + SYMMETRIC + "]}");
    Warned.once(
        "HLD0407",
        "spec.jwtRules[0].jwks",
        found,
        "keys[1] (kid s): symmetric keys (kty oct) are never accepted");
    assertThat(found.toString()).doesNotContain(SECRET);
  }

  @Test
  void aSetWithoutAnyUsableKeyRefusesEveryToken() {
    assertThat(warned("{\"keys\":[" + SYMMETRIC + "]}"))
        .extracting(Problem::text)
        .anySatisfy(text -> assertThat(text).contains("every token of its issuer is refused"));
  }

  @Test
  void anEncryptionKeyIsNotForTokens() {
    assertThat(warned("{\"keys\":[{\"kty\":\"RSA\",\"use\":\"enc\",\"n\":\"AQ\",\"e\":\"AQAB\"}]}"))
        .extracting(Problem::text)
        .anySatisfy(text -> assertThat(text).contains("keys[0]: use is not sig"));
  }

  private static String key() throws JOSEException {
    return new JWKSet(new ECKeyGenerator(Curve.P_256).keyID("k").generate())
        .getKeys()
        .getFirst()
        .toPublicJWK()
        .toJSONString();
  }

  private static List<Problem> warned(String jwks) {
    return Warned.of(
        """
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {name: tokens, namespace: a}
        spec:
          jwtRules:
          - issuer: https://issuer.test
            jwks: '%s'
        """
            .formatted(jwks));
  }
}
