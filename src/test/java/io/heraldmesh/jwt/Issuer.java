package io.heraldmesh.jwt;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;

/** An issuer for tests: one key, its JWK, and tokens signed with it, also impossible ones. */
final class Issuer {
  final Algorithm algorithm;
  final String kid;
  private final KeyPair pair;

  private Issuer(Algorithm algorithm, String kid, KeyPair pair) {
    this.algorithm = algorithm;
    this.kid = kid;
    this.pair = pair;
  }

  /** Makes a new key; issuers with RSA keys share one, because making it takes long. */
  static Issuer of(Algorithm algorithm, String kid) {
    return new Issuer(
        algorithm, kid, algorithm.keyType() == KeyType.RSA ? Rsa.FIRST : pair(algorithm));
  }

  /** One whose key is that of no other. */
  static Issuer another(Algorithm algorithm, String kid) {
    return new Issuer(
        algorithm, kid, algorithm.keyType() == KeyType.RSA ? Rsa.SECOND : pair(algorithm));
  }

  private static final class Rsa {
    static final KeyPair FIRST = pair(Algorithm.RS256);
    static final KeyPair SECOND = pair(Algorithm.RS256);
  }

  private static KeyPair pair(Algorithm algorithm) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm.keyType().factory());
      switch (algorithm.keyType()) {
        case RSA -> generator.initialize(2048);
        case P_256, P_384, P_521 -> generator.initialize(algorithm.keyType().curve());
        case ED25519 -> {}
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The public key as a JWK, without the closing brace's worth of extra members. */
  String jwk(String more) {
    String members =
        switch (pair.getPublic()) {
          case RSAPublicKey rsa ->
              "\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\""
                  .formatted(unsigned(rsa.getModulus()), unsigned(rsa.getPublicExponent()));
          case ECPublicKey ec ->
              "\"kty\":\"EC\",\"crv\":\"P-%s\",\"x\":\"%s\",\"y\":\"%s\""
                  .formatted(
                      ec.getParams().getCurve().getField().getFieldSize(),
                      coordinate(ec.getW().getAffineX()),
                      coordinate(ec.getW().getAffineY()));
          case EdECPublicKey ed -> {
            byte[] info = ed.getEncoded();
            byte[] x = Arrays.copyOfRange(info, info.length - 32, info.length);
            yield "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"".formatted(Base64Url.encode(x));
          }
          default -> throw new IllegalStateException();
        };
    return "{" + members + ",\"kid\":\"" + kid + "\"" + (more.isEmpty() ? "" : "," + more) + "}";
  }

  String jwks() {
    return "{\"keys\":[" + jwk("\"use\":\"sig\"") + "]}";
  }

  KeySet keySet() {
    return set(jwk(""));
  }

  static KeySet set(String... jwks) {
    try {
      return KeySet.parse("{\"keys\":[" + String.join(",", jwks) + "]}");
    } catch (InvalidKeySet e) {
      throw new IllegalStateException(e);
    }
  }

  /** A token with the usual header. */
  String token(String claims) {
    return sign("{\"alg\":\"" + algorithm.label() + "\",\"kid\":\"" + kid + "\"}", claims);
  }

  String sign(String header, String payload) {
    return sign(header.getBytes(StandardCharsets.UTF_8), payload.getBytes(StandardCharsets.UTF_8));
  }

  String sign(byte[] header, byte[] payload) {
    String input = Base64Url.encode(header) + "." + Base64Url.encode(payload);
    return input + "." + Base64Url.encode(signature(input.getBytes(StandardCharsets.UTF_8)));
  }

  byte[] signature(byte[] input) {
    try {
      Signature signer = Signature.getInstance(algorithm.jca());
      if (algorithm.pss() != null) {
        signer.setParameter(algorithm.pss());
      }
      signer.initSign(pair.getPrivate());
      signer.update(input);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Octets of the public key that an attacker may use as an HMAC secret. */
  byte[] encodedPublicKey() {
    return pair.getPublic().getEncoded();
  }

  private String coordinate(BigInteger value) {
    byte[] all = new byte[algorithm.keyType().coordinateLength()];
    byte[] octets = value.toByteArray();
    int length = Math.min(octets.length, all.length);
    System.arraycopy(octets, octets.length - length, all, all.length - length, length);
    return Base64Url.encode(all);
  }

  static String unsigned(BigInteger value) {
    byte[] octets = value.toByteArray();
    return Base64Url.encode(octets[0] == 0 ? Arrays.copyOfRange(octets, 1, octets.length) : octets);
  }
}
