package io.heraldmesh.jwt;

import io.heraldmesh.crypto.Crypto;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.ProviderException;
import java.security.Signature;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.Set;

/**
 * Checks signatures of RFC 7518 section 3 and RFC 8037, and nothing else about a token. Every
 * implementation of {@link Crypto} gives the same answer. Thread-safe.
 */
public final class SignatureVerifier {
  /** Providers that take one encoding of a PKCS #1 hash only, as the vectors prove. */
  private static final Set<String> STRICT_PKCS1 = Set.of("AmazonCorrettoCryptoProvider");

  private final Crypto crypto;

  public SignatureVerifier(Crypto crypto) {
    this.crypto = crypto;
  }

  /**
   * Whether {@code signature} is the key's signature over {@code input}. False for a key that does
   * not fit the algorithm and for anything malformed.
   *
   * @param signature as it stands in a JWS: {@code r || s} for ES256, ES384 and ES512, never DER
   */
  public boolean verify(Algorithm algorithm, VerificationKey key, byte[] input, byte[] signature) {
    if (!key.fits(algorithm) || signature.length != key.signatureLength()) {
      return false;
    }
    if (key.type().isNistCurve() && !inRange(key.type(), signature)) {
      return false;
    }
    try {
      Signature verifier = crypto.signature(algorithm.jca());
      PSSParameterSpec pss = algorithm.pss();
      if (pss != null) {
        verifier.setParameter(pss);
      }
      verifier.initVerify(key.in(crypto));
      verifier.update(input);
      return verifier.verify(signature) && hasOneEncoding(verifier, algorithm, key, signature);
    } catch (GeneralSecurityException | ProviderException e) {
      return false;
    }
  }

  private static boolean hasOneEncoding(
      Signature verifier, Algorithm algorithm, VerificationKey key, byte[] signature) {
    return switch (algorithm) {
      case RS256, RS384, RS512 ->
          STRICT_PKCS1.contains(verifier.getProvider().getName())
              || Pkcs1Encoding.isExact(algorithm, (RSAPublicKeySpec) key.spec(), signature);
      case PS256, PS384, PS512, ES256, ES384, ES512, EDDSA -> true;
    };
  }

  /** {@code r} and {@code s} must both be at least 1 and below the order (FIPS 186-5, 6.4.2). */
  private static boolean inRange(KeyType curve, byte[] signature) {
    int half = signature.length / 2;
    BigInteger order = curve.curve().getOrder();
    BigInteger r = new BigInteger(1, Arrays.copyOfRange(signature, 0, half));
    BigInteger s = new BigInteger(1, Arrays.copyOfRange(signature, half, signature.length));
    return r.signum() > 0 && s.signum() > 0 && r.compareTo(order) < 0 && s.compareTo(order) < 0;
  }
}
