package io.heraldmesh.jwks;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How key sets are fetched.
 *
 * @param refresh from one good fetch to the next, less up to a tenth; 20 minutes as in Istio
 * @param retryMin pause after a first failure; it doubles with each further one
 * @param retryMax longest pause between failures
 * @param unknownKeyPause shortest time between two fetches of one source that tokens with unknown
 *     keys cause
 * @param forgetAfter how long a set is kept once no policy names its source
 * @param timeout of a whole fetch of one document: name, connection, answer
 * @param maxBytes largest document taken
 * @param allowLoopback whether 127.0.0.0/8 and ::1 may be asked; for tests and demonstrations
 * @param trustRoots PEM certificates whose issuers' servers are trusted; null: none of our own
 * @param systemRoots whether the JDK's own roots are trusted as well
 */
public record KeySetSettings(
    Duration refresh,
    Duration retryMin,
    Duration retryMax,
    Duration unknownKeyPause,
    Duration forgetAfter,
    Duration timeout,
    int maxBytes,
    boolean allowLoopback,
    @Nullable String trustRoots,
    boolean systemRoots) {

  public static final KeySetSettings DEFAULTS =
      new KeySetSettings(
          Duration.ofMinutes(20),
          Duration.ofSeconds(1),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          Duration.ofMinutes(10),
          Duration.ofSeconds(5),
          1 << 20,
          false,
          null,
          true);

  public KeySetSettings withLoopback(boolean allowed) {
    return new KeySetSettings(
        refresh,
        retryMin,
        retryMax,
        unknownKeyPause,
        forgetAfter,
        timeout,
        maxBytes,
        allowed,
        trustRoots,
        systemRoots);
  }

  /**
   * @param pem certificates; null for none of our own
   * @param andSystem whether the JDK's own roots are trusted as well
   */
  public KeySetSettings withTrustRoots(@Nullable String pem, boolean andSystem) {
    return new KeySetSettings(
        refresh,
        retryMin,
        retryMax,
        unknownKeyPause,
        forgetAfter,
        timeout,
        maxBytes,
        allowLoopback,
        pem,
        andSystem);
  }

  public KeySetSettings withTimeout(Duration perDocument) {
    return new KeySetSettings(
        refresh,
        retryMin,
        retryMax,
        unknownKeyPause,
        forgetAfter,
        perDocument,
        maxBytes,
        allowLoopback,
        trustRoots,
        systemRoots);
  }
}
