package io.heraldmesh.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.heraldmesh.crypto.Crypto;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys and tokens made by another library, as an identity provider would make them. */
class NimbusInteropTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  static List<Crypto> implementations() {
    return Cryptos.all();
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void tokensOfEveryAlgorithmAreVerifiedUnderTheSetThatWasPublished(Crypto crypto)
      throws JOSEException {
    RSAKey rsa = new RSAKeyGenerator(2048).keyID("rsa").keyUse(KeyUse.SIGNATURE).generate();
    ECKey p256 = new ECKeyGenerator(Curve.P_256).keyID("p256").generate();
    ECKey p384 = new ECKeyGenerator(Curve.P_384).keyID("p384").generate();
    ECKey p521 = new ECKeyGenerator(Curve.P_521).keyID("p521").generate();
    String jwks = new JWKSet(List.of(rsa, p256, p384, p521)).toString();
    JwtRule rule = Rules.rule("https://idp.test", new KeySource.Inline(jwks), "api");
    TokenVerifier verifier = new TokenVerifier(List.of(rule), crypto);

    List<String> tokens = new ArrayList<>();
    for (JWSAlgorithm algorithm : JWSAlgorithm.Family.RSA) {
      tokens.add(mint(algorithm, rsa, new RSASSASigner(rsa)));
    }
    tokens.add(mint(JWSAlgorithm.ES256, p256, new ECDSASigner(p256)));
    tokens.add(mint(JWSAlgorithm.ES384, p384, new ECDSASigner(p384)));
    tokens.add(mint(JWSAlgorithm.ES512, p521, new ECDSASigner(p521)));

    assertThat(tokens).hasSize(9);
    for (String token : tokens) {
      assertThat(verifier.verify(token, List.of(rule), KeySets.NONE, NOW))
          .isInstanceOfSatisfying(
              TokenResult.Verified.class,
              v -> assertThat(v.token().texts(List.of("realm", "roles"))).containsExactly("a"));
      String altered = token.substring(0, token.length() - 6) + "AAAAAA";
      assertThat(verifier.verify(altered, List.of(rule), KeySets.NONE, NOW))
          .isInstanceOf(TokenResult.Refused.class);
    }
  }

  private static String mint(JWSAlgorithm algorithm, JWK key, JWSSigner signer)
      throws JOSEException {
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer("https://idp.test")
            .subject("alice")
            .audience("api")
            .expirationTime(Date.from(NOW.plusSeconds(60)))
            .claim("realm", Map.of("roles", List.of("a")))
            .build();
    SignedJWT jwt =
        new SignedJWT(new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(), claims);
    jwt.sign(signer);
    return jwt.serialize();
  }
}
