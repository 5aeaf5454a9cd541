package io.heraldmesh.jwt;

import io.heraldmesh.crypto.Crypto;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EncodedKeySpec;
import java.security.spec.KeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A public key that tokens may be verified with, checked when it was read. What it may be used for
 * is fixed by its type and, when the JWK names one, its algorithm; a token cannot widen it.
 * Immutable but for a cached conversion; thread-safe.
 */
public final class VerificationKey {
  private final @Nullable String kid;
  private final @Nullable Algorithm algorithm;
  private final KeyType type;
  private final KeySpec spec;
  private final int signatureLength;
  private final List<@Nullable Object> identity;
  private final int hash;
  private volatile @Nullable Ready ready;

  /** The key as one implementation wants it. */
  private record Ready(Crypto crypto, PublicKey key) {}

  VerificationKey(
      @Nullable String kid,
      @Nullable Algorithm algorithm,
      KeyType type,
      KeySpec spec,
      int signatureLength) {
    this.kid = kid;
    this.algorithm = algorithm;
    this.type = type;
    this.spec = spec;
    this.signatureLength = signatureLength;
    this.identity = Arrays.asList(kid, algorithm, type, material(spec));
    this.hash = identity.hashCode(); // asked for at each use of a remembered token
  }

  /** {@code kid}, when the JWK has one. */
  public @Nullable String kid() {
    return kid;
  }

  /** {@code alg}, when the JWK has one. */
  public @Nullable Algorithm algorithm() {
    return algorithm;
  }

  public KeyType type() {
    return type;
  }

  /**
   * Whether a token that says {@code alg} may be verified with this key: the type must fit, and the
   * key's own algorithm, if it names one, must be the same. One exception: a key for PS256 also
   * takes PS384, the same scheme with a longer hash, because the key of RFC 7520's example for
   * PS384 (section 4.2) goes around labelled so.
   */
  public boolean fits(Algorithm alg) {
    return alg.keyType() == type
        && (algorithm == null
            || algorithm == alg
            || algorithm == Algorithm.PS256 && alg == Algorithm.PS384);
  }

  /** The same key under the same name and for the same use. */
  @Override
  public boolean equals(Object other) {
    return other instanceof VerificationKey that && identity.equals(that.identity);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  private static Object material(KeySpec spec) {
    return switch (spec) {
      case RSAPublicKeySpec rsa -> List.of(rsa.getModulus(), rsa.getPublicExponent());
      case ECPublicKeySpec ec -> ec.getW();
      case EncodedKeySpec encoded -> ByteBuffer.wrap(encoded.getEncoded());
      default -> throw new IllegalArgumentException("no public key of a JWK: " + spec.getClass());
    };
  }

  KeySpec spec() {
    return spec;
  }

  /** Octets of every signature that this key can have made. */
  int signatureLength() {
    return signatureLength;
  }

  /** Converted once per implementation: conversion costs as much as a third of a check. */
  PublicKey in(Crypto crypto) throws GeneralSecurityException {
    Ready known = ready;
    if (known != null && known.crypto() == crypto) {
      return known.key();
    }
    PublicKey key = crypto.keyFactory(type.factory()).generatePublic(spec);
    ready = new Ready(crypto, key);
    return key;
  }
}
