package io.heraldmesh.jwt;

import java.math.BigInteger;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one JSON Web Key (RFC 7517 section 4, RFC 7518 section 6, RFC 8037 section 2). */
final class Jwk {
  /** Members that hold secrets; only the public half of such a key is read. */
  private static final Set<String> PRIVATE = Set.of("d", "p", "q", "dp", "dq", "qi", "oth", "k");

  /** SubjectPublicKeyInfo of an Ed25519 key up to the 32 octets of the key (RFC 8410). */
  private static final byte[] ED25519_INFO = {
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
  };

  private Jwk() {}

  /** The key is of no use here; the reason says why and holds no key material. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1;
    private final String reason;

    Unusable(String reason) {
      super(reason, null, false, false);
      this.reason = reason;
    }

    String reason() {
      return reason;
    }
  }

  static VerificationKey read(Map<String, @Nullable Object> members) throws Unusable {
    String kid = text(members, "kid");
    checkUse(members);
    String alg = text(members, "alg");
    Algorithm algorithm = alg == null ? null : algorithm(alg);
    String kty = required(members, "kty");
    VerificationKey key =
        switch (kty) {
          case "RSA" -> rsa(members, kid, algorithm);
          case "EC" -> ec(members, kid, algorithm);
          case "OKP" -> ed25519(members, kid, algorithm);
          case "oct" -> throw new Unusable("symmetric keys (kty oct) are never accepted");
          default -> throw new Unusable("kty is none of RSA, EC, OKP");
        };
    if (algorithm != null && algorithm.keyType() != key.type()) {
      throw new Unusable("alg " + algorithm.label() + " does not fit the key's type or curve");
    }
    return key;
  }

  static boolean hasPrivateMembers(Map<String, @Nullable Object> members) {
    return members.keySet().stream().anyMatch(PRIVATE::contains);
  }

  private static void checkUse(Map<String, @Nullable Object> members) throws Unusable {
    String use = text(members, "use");
    if (use != null && !use.equals("sig")) {
      throw new Unusable("use is not sig");
    }
    if (members.containsKey("key_ops")
        && !(members.get("key_ops") instanceof List<?> operations
            && operations.contains("verify"))) {
      throw new Unusable("key_ops does not include verify");
    }
  }

  /** {@code ES521} is no registered name, but RFC 7520's examples spread it for ES512. */
  private static Algorithm algorithm(String alg) throws Unusable {
    Algorithm algorithm = Algorithm.named(alg.equals("ES521") ? "ES512" : alg);
    if (algorithm == null) {
      throw new Unusable("alg is not an accepted signature algorithm");
    }
    return algorithm;
  }

  private static VerificationKey rsa(
      Map<String, @Nullable Object> members, @Nullable String kid, @Nullable Algorithm algorithm)
      throws Unusable {
    BigInteger modulus = new BigInteger(1, octets(members, "n"));
    BigInteger exponent = new BigInteger(1, octets(members, "e"));
    String problem = RsaModulus.problem(modulus, exponent);
    if (!problem.isEmpty()) {
      throw new Unusable(problem);
    }
    RSAPublicKeySpec spec = new RSAPublicKeySpec(modulus, exponent);
    return new VerificationKey(kid, algorithm, KeyType.RSA, spec, (modulus.bitLength() + 7) / 8);
  }

  private static VerificationKey ec(
      Map<String, @Nullable Object> members, @Nullable String kid, @Nullable Algorithm algorithm)
      throws Unusable {
    KeyType type =
        switch (required(members, "crv")) {
          case "P-256" -> KeyType.P_256;
          case "P-384" -> KeyType.P_384;
          case "P-521" -> KeyType.P_521;
          default -> throw new Unusable("crv is none of P-256, P-384, P-521");
        };
    byte[] x = octets(members, "x");
    byte[] y = octets(members, "y");
    // RFC 7518 section 6.2.1.2: always the full size, leading zeros included.
    if (x.length != type.coordinateLength() || y.length != type.coordinateLength()) {
      throw new Unusable("x and y must be " + type.coordinateLength() + " octets each");
    }
    ECPoint point = new ECPoint(new BigInteger(1, x), new BigInteger(1, y));
    if (!type.contains(point)) {
      throw new Unusable("x and y are not a point of the curve");
    }
    ECPublicKeySpec spec = new ECPublicKeySpec(point, type.curve());
    return new VerificationKey(kid, algorithm, type, spec, 2 * type.coordinateLength());
  }

  private static VerificationKey ed25519(
      Map<String, @Nullable Object> members, @Nullable String kid, @Nullable Algorithm algorithm)
      throws Unusable {
    if (!required(members, "crv").equals("Ed25519")) {
      throw new Unusable("crv is not Ed25519");
    }
    byte[] x = octets(members, "x");
    if (x.length != Ed25519Point.LENGTH) {
      throw new Unusable("x must be " + Ed25519Point.LENGTH + " octets");
    }
    String problem = Ed25519Point.problem(x);
    if (!problem.isEmpty()) {
      throw new Unusable(problem);
    }
    byte[] info = new byte[ED25519_INFO.length + x.length];
    System.arraycopy(ED25519_INFO, 0, info, 0, ED25519_INFO.length);
    System.arraycopy(x, 0, info, ED25519_INFO.length, x.length);
    X509EncodedKeySpec spec = new X509EncodedKeySpec(info);
    return new VerificationKey(kid, algorithm, KeyType.ED25519, spec, 2 * Ed25519Point.LENGTH);
  }

  private static byte[] octets(Map<String, @Nullable Object> members, String name) throws Unusable {
    byte[] octets = Base64Url.decode(required(members, name));
    if (octets == null || octets.length == 0) {
      throw new Unusable(name + " is not base64url");
    }
    return octets;
  }

  private static String required(Map<String, @Nullable Object> members, String name)
      throws Unusable {
    String text = text(members, name);
    if (text == null) {
      throw new Unusable(name + " is missing");
    }
    return text;
  }

  private static @Nullable String text(Map<String, @Nullable Object> members, String name)
      throws Unusable {
    if (!members.containsKey(name)) {
      return null;
    }
    if (members.get(name) instanceof String text) {
      return text;
    }
    throw new Unusable(name + " is not a string");
  }
}
