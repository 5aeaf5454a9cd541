package io.heraldmesh.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.List;

/** Keys that are the same in every run, so that an input found once says the same ever after. */
final class FuzzKeys {
  static final String ISSUER = "https://idp.test";

  /** One of each family, as private JSON Web Keys; made for these tests and good for nothing. */
  static final List<Key> ALL =
      List.of(
          new Key(FuzzKeySet.RSA, JWSAlgorithm.RS256), new Key(FuzzKeySet.EC, JWSAlgorithm.ES256));

  private FuzzKeys() {}

  /** The public halves. */
  static String jwks() {
    return new JWKSet(ALL.stream().map(Key::jwk).toList()).toString();
  }

  static String base64(byte[] octets) {
    return Base64URL.encode(octets).toString();
  }

  /** A key and the one algorithm it signs with. */
  static final class Key {
    private final JWK jwk;
    private final JWSAlgorithm algorithm;
    private final String sample;

    Key(String json, JWSAlgorithm algorithm) {
      try {
        this.jwk = JWK.parse(json);
      } catch (ParseException e) {
        throw new IllegalStateException(e);
      }
      this.algorithm = algorithm;
      String claims = "{\"iss\":\"" + ISSUER + "\",\"sub\":\"s\",\"exp\":4000000000}";
      String header = new JWSHeader.Builder(algorithm).keyID(jwk.getKeyID()).build().toString();
      String input = base64(bytes(header)) + "." + base64(bytes(claims));
      this.sample = input + "." + base64(sign(input));
    }

    JWK jwk() {
      return jwk;
    }

    /** A good token. */
    String sample() {
      return sample;
    }

    /** Whether the numbers of the public key stand in one element of a key set. */
    boolean standsIn(String jwks) {
      try {
        for (JsonNode element : new ObjectMapper().readTree(jwks).path("keys")) {
          boolean same =
              jwk instanceof RSAKey rsa
                  ? same(element, "n", rsa.getModulus())
                      && same(element, "e", rsa.getPublicExponent())
                  : same(element, "x", jwk.toECKey().getX())
                      && same(element, "y", jwk.toECKey().getY());
          if (same) {
            return true;
          }
        }
        return false;
      } catch (JsonProcessingException e) {
        return false;
      }
    }

    private static boolean same(JsonNode element, String member, Base64URL number) {
      return new Base64URL(element.path(member).asText())
          .decodeToBigInteger()
          .equals(number.decodeToBigInteger());
    }

    byte[] sign(String input) {
      try {
        JWSHeader header = new JWSHeader(algorithm);
        return (jwk instanceof RSAKey rsa ? new RSASSASigner(rsa) : new ECDSASigner(jwk.toECKey()))
            .sign(header, bytes(input))
            .decode();
      } catch (JOSEException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Whether Nimbus takes it, with any algorithm of the key's family. */
    boolean verifies(JWSObject jws) throws JOSEException {
      JWSVerifier verifier =
          jwk instanceof ECKey ec ? new ECDSAVerifier(ec) : new RSASSAVerifier(jwk.toRSAKey());
      return verifier.supportedJWSAlgorithms().contains(jws.getHeader().getAlgorithm())
          && jws.verify(verifier);
    }

    private static byte[] bytes(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }
}
