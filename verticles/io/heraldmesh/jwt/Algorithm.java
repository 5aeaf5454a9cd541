package io.heraldmesh.jwt;

import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * The signature algorithms of RFC 7518 section 3 and RFC 8037 that Herald accepts. There is no
 * {@code none} and nothing symmetric, so neither can be chosen by a token.
 */
@SuppressWarnings("ImmutableEnumChecker") // PSSParameterSpec has no setters
public enum Algorithm {
  RS256("RS256", KeyType.RSA, "SHA256withRSA", null),
  RS384("RS384", KeyType.RSA, "SHA384withRSA", null),
  RS512("RS512", KeyType.RSA, "SHA512withRSA", null),
  PS256("PS256", KeyType.RSA, "RSASSA-PSS", pss("SHA-256", MGF1ParameterSpec.SHA256, 32)),
  PS384("PS384", KeyType.RSA, "RSASSA-PSS", pss("SHA-384", MGF1ParameterSpec.SHA384, 48)),
  PS512("PS512", KeyType.RSA, "RSASSA-PSS", pss("SHA-512", MGF1ParameterSpec.SHA512, 64)),
  ES256("ES256", KeyType.P_256, "SHA256withECDSAinP1363Format", null),
  ES384("ES384", KeyType.P_384, "SHA384withECDSAinP1363Format", null),
  ES512("ES512", KeyType.P_521, "SHA512withECDSAinP1363Format", null),
  EDDSA("EdDSA", KeyType.ED25519, "Ed25519", null);

  private final String label;
  private final KeyType keyType;
  private final String jca;
  private final @Nullable PSSParameterSpec pss;

  Algorithm(String label, KeyType keyType, String jca, @Nullable PSSParameterSpec pss) {
    this.label = label;
    this.keyType = keyType;
    this.jca = jca;
    this.pss = pss;
  }

  /** The algorithm of a header's {@code alg}, compared exactly; null when it is not accepted. */
  public static @Nullable Algorithm named(String alg) {
    for (Algorithm algorithm : values()) {
      if (algorithm.label.equals(alg)) {
        return algorithm;
      }
    }
    return null;
  }

  /** The value of {@code alg}. */
  public String label() {
    return label;
  }

  /** The one kind of key that may be used with it. */
  public KeyType keyType() {
    return keyType;
  }

  String jca() {
    return jca;
  }

  @Nullable PSSParameterSpec pss() {
    return pss;
  }

  /** RFC 7518 section 3.5: MGF1 with the same hash, a salt as long as the hash. */
  private static PSSParameterSpec pss(String hash, MGF1ParameterSpec mask, int saltLength) {
    return new PSSParameterSpec(hash, "MGF1", mask, saltLength, PSSParameterSpec.TRAILER_FIELD_BC);
  }
}
