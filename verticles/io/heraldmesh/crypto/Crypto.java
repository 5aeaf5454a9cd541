package io.heraldmesh.crypto;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Signature;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The source of signatures, keys and key factories. Handed on as an object, so that nothing is ever
 * installed for the whole JVM and both implementations can be tested side by side. Thread-safe.
 *
 * <p>The system property {@value #PROPERTY} ({@code accp} or {@code jdk}) forces one.
 */
public final class Crypto {
  /** Names the implementation that {@link #preferred()} must give. */
  public static final String PROPERTY = "herald.crypto";

  private static final Crypto JDK = new Crypto("jdk", null);

  private final String name;
  private final @Nullable Provider provider;

  private Crypto(String name, @Nullable Provider provider) {
    this.name = name;
    this.provider = provider;
  }

  /**
   * Amazon Corretto Crypto Provider where it loads and its self-test passes, else {@link #jdk()}.
   *
   * @throws IllegalStateException when {@value #PROPERTY} names one that is unknown or does not
   *     load
   */
  public static Crypto preferred() {
    String forced = System.getProperty(PROPERTY);
    if (forced == null || forced.isEmpty()) {
      return Accp.LOADED.orElse(JDK);
    }
    return switch (forced) {
      case "jdk" -> JDK;
      case "accp" ->
          Accp.LOADED.orElseThrow(
              () ->
                  new IllegalStateException(
                      PROPERTY
                          + "=accp, but Amazon Corretto Crypto Provider does not load ("
                          + Accp.FAILURE
                          + "); remove the property to use the JDK's providers"));
      default ->
          throw new IllegalStateException(
              PROPERTY + "=" + forced + " is unknown; expected accp or jdk");
    };
  }

  /** The providers that the JDK brings. */
  public static Crypto jdk() {
    return JDK;
  }

  /** Every implementation that loads here; the preferred one first. Tests run under each. */
  public static List<Crypto> all() {
    return Accp.LOADED.map(accp -> List.of(accp, JDK)).orElse(List.of(JDK));
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

  @Override
  public String toString() {
    return name;
  }

  /** Loads the native provider once, when it is first asked for. */
  private static final class Accp {
    /** Why it does not load; empty when it does. */
    static final String FAILURE = failure();

    static final Optional<Crypto> LOADED =
        FAILURE.isEmpty()
            ? Optional.of(new Crypto("accp", AmazonCorrettoCryptoProvider.INSTANCE))
            : Optional.empty();

    private static String failure() {
      try {
        AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
        Throwable loading = provider.getLoadingError();
        if (loading != null) {
          return loading.toString();
        }
        provider.assertHealthy();
        return "";
      } catch (RuntimeException | LinkageError e) {
        // Any way of not loading (missing library, other processor, failed self-test) is the same
        // to the caller: this implementation is not there.
        return e.toString();
      }
    }
  }
}
