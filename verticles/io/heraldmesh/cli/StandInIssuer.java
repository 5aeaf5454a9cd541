package io.heraldmesh.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heraldmesh.resource.AuthenticationPolicy;
import io.heraldmesh.resource.RequestAuthentication;
import io.heraldmesh.resource.Resource;
import io.heraldmesh.resource.Resources;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stands for every issuer in policy tests that say claims and no token: signs with a key made for
 * this run and puts that key into the rules. The key never leaves the process.
 */
final class StandInIssuer {
  private static final String HEADER =
      "{\"alg\":\"ES256\",\"kid\":\"policy-test\",\"typ\":\"JWT\"}";
  private static final Duration LIFE = Duration.ofMinutes(5);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final KeyPair key;

  StandInIssuer() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      key = generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK makes no P-256 key", e);
    }
  }

  /** The same resources, with this issuer's key in every rule. */
  Resources trusted(Resources resources) {
    String jwks = jwks();
    return new Resources(
        resources.all().stream().map(r -> trusted(r, jwks)).toList(), resources.problems());
  }

  private static Resource trusted(Resource resource, String jwks) {
    return switch (resource) {
      case RequestAuthentication r ->
          new RequestAuthentication(
              r.metadata(),
              r.selector(),
              r.targetRefs(),
              r.jwtRules().stream().map(rule -> rule.withJwks(jwks)).toList());
      case AuthenticationPolicy p ->
          p.withOrigins(p.origins().stream().map(origin -> origin.withJwks(jwks)).toList());
      default -> resource;
    };
  }

  /**
   * A token with these claims; {@code exp} is set to five minutes from {@code now} unless given.
   */
  String token(Map<String, @Nullable Object> claims, Instant now) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>(claims);
    all.putIfAbsent("exp", now.plus(LIFE).getEpochSecond());
    try {
      String signed = encode(HEADER) + "." + encode(JSON.writeValueAsString(all));
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(key.getPrivate());
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed
          + "."
          + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
    } catch (GeneralSecurityException | JsonProcessingException e) {
      throw new IllegalStateException("a token could not be signed", e);
    }
  }

  private String jwks() {
    ECPublicKey point = (ECPublicKey) key.getPublic();
    return "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"policy-test\",\"alg\":\"ES256\",\"x\":\""
        + encode(point.getW().getAffineX())
        + "\",\"y\":\""
        + encode(point.getW().getAffineY())
        + "\"}]}";
  }

  private static String encode(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** RFC 7518 section 6.2.1.2: 32 octets. */
  private static String encode(BigInteger coordinate) {
    byte[] octets = new byte[32];
    byte[] number = coordinate.toByteArray();
    int length = Math.min(number.length, octets.length);
    System.arraycopy(number, number.length - length, octets, octets.length - length, length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
  }
}
