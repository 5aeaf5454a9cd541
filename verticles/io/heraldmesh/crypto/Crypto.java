package io.heraldmesh.crypto;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Signature;
import org.jspecify.annotations.Nullable;

/**
 * The source of signatures, keys and key factories. Handed on as an object, so that nothing is ever
 * installed for the whole JVM and both implementations can be tested side by side. Thread-safe.
 */
public final class Crypto {
  private final String name;
  private final @Nullable Provider provider;

  private Crypto(String name, @Nullable Provider provider) {
    this.name = name;
    this.provider = provider;
  }

  /** Amazon Corretto Crypto Provider where it loads, else {@link #jdk()}. */
  public static Crypto preferred() {
    return jdk();
  }

  /** The providers that the JDK brings. */
  public static Crypto jdk() {
    return new Crypto("jdk", null);
  }

  /** {@code accp} or {@code jdk}; shown in the start line and a metric. */
  public String name() {
    return name;
  }

  /**
   * @param algorithm a JCA name such as {@code SHA256withECDSA}
   */
  public Signature signature(String algorithm) throws NoSuchAlgorithmException {
    return provider != null && provider.getService("Signature", algorithm) != null
        ? Signature.getInstance(algorithm, provider)
        : Signature.getInstance(algorithm);
  }

  /**
   * @param algorithm {@code EC}, {@code RSA} or {@code Ed25519}
   */
  public KeyFactory keyFactory(String algorithm) throws GeneralSecurityException {
    return provider != null && provider.getService("KeyFactory", algorithm) != null
        ? KeyFactory.getInstance(algorithm, provider)
        : KeyFactory.getInstance(algorithm);
  }

  /**
   * @param algorithm {@code EC} or {@code RSA}
   */
  public KeyPairGenerator keyPairGenerator(String algorithm) throws GeneralSecurityException {
    return provider != null && provider.getService("KeyPairGenerator", algorithm) != null
        ? KeyPairGenerator.getInstance(algorithm, provider)
        : KeyPairGenerator.getInstance(algorithm);
  }
}
