package io.heraldmesh.ca;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.KeyStrength;
import io.heraldmesh.identity.SignatureScheme;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether loaded keys and certificates can really issue, before the first request needs them. */
final class AuthorityCheck {
  private static final int KEY_CERT_SIGN = 5;

  private AuthorityCheck() {}

  /** Refuses, naming {@code where}, when the certificate may not sign leaves now. */
  static void requireIssuer(X509Certificate certificate, String where, Instant now) {
    requireValid(certificate, where, now);
    boolean[] usage = certificate.getKeyUsage();
    if (certificate.getBasicConstraints() < 0 || usage != null && !usage[KEY_CERT_SIGN]) {
      throw new AuthorityException(
          where
              + ": is not a signing certificate (needs basicConstraints CA:TRUE and keyCertSign);"
              + " use the certificate of an authority");
    }
    Optional<String> weakness = KeyStrength.weakness(certificate.getPublicKey());
    if (weakness.isPresent()) {
      throw new AuthorityException(where + ": " + weakness.get() + "; make a new authority");
    }
  }

  static void requireValid(X509Certificate certificate, String where, Instant now) {
    Instant from = certificate.getNotBefore().toInstant();
    Instant end = certificate.getNotAfter().toInstant();
    if (now.isAfter(end)) {
      throw new AuthorityException(
          where
              + ": certificate \""
              + certificate.getSubjectX500Principal()
              + "\" expired at "
              + end
              + "; replace it with a new one");
    }
    if (now.isBefore(from)) {
      throw new AuthorityException(
          where
              + ": certificate \""
              + certificate.getSubjectX500Principal()
              + "\" is valid only from "
              + from
              + "; check the clock");
    }
  }

  /** The key as {@code crypto} likes it best, after a trial signature that the certificate fits. */
  static PrivateKey requireKey(
      PrivateKey key, X509Certificate certificate, String keyWhere, String where, Crypto crypto) {
    byte[] trial = {1, 2, 3};
    try {
      SignatureScheme scheme = SignatureScheme.of(certificate.getPublicKey());
      PrivateKey ours =
          crypto
              .keyFactory(scheme.ecdsa() ? "EC" : "RSA")
              .generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
      Signature signature = crypto.signature(scheme.jcaName());
      signature.initSign(ours);
      signature.update(trial);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(trial);
      if (signature.verify(signed)) {
        return ours;
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw mismatch(keyWhere, where, e);
    }
    throw mismatch(keyWhere, where, null);
  }

  /** Signs a leaf that nobody gets: chain, name constraints and key purposes must all allow it. */
  static Authority requireIssues(
      TrustDomain trustDomain,
      AuthorityMaterial material,
      String where,
      Crypto crypto,
      SecureRandom random,
      Instant now) {
    Authority authority = new Authority(trustDomain, material, crypto, random);
    try {
      var _ =
          authority.sign(
              material.issuer().getPublicKey(), new SpiffeId(trustDomain, "/trial"), null, now);
      return authority;
    } catch (IssuanceRefused e) {
      throw new AuthorityException(
          where + ": cannot issue for trust domain " + trustDomain + ": " + e.getMessage(), e);
    }
  }

  private static AuthorityException mismatch(
      String keyWhere, String where, @Nullable Exception cause) {
    String message =
        keyWhere + ": is not the key of the certificate in " + where + "; use the pair together";
    return cause == null ? new AuthorityException(message) : new AuthorityException(message, cause);
  }
}
