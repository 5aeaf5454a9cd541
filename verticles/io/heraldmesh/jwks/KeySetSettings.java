package io.heraldmesh.jwks;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How key sets are fetched and kept.
 *
 * @param refresh from one good fetch to the next, less up to a tenth; 20 minutes as in Istio
 * @param refreshMin the same where an issuer's {@code max-age} asks for less
 * @param firstRetryMax longest pause between failures while there is no set at all; they begin at
 *     one second and double
 * @param retryMin pause after a first failure when there is a set; it doubles with each further one
 * @param retryMax longest pause between failures when there is a set
 * @param unknownKeyPause shortest time between two fetches of one source that tokens with unknown
 *     keys cause, and from a failure to such a fetch
 * @param forgetAfter how long a set is kept once no policy names its source
 * @param keptPatience how long a start that has a set from the folder waits for a newer one
 * @param maxBytes largest document taken
 * @param shelf where the last good sets outlive the process; null: nowhere
 */
public record KeySetSettings(
    Duration refresh,
    Duration refreshMin,
    Duration firstRetryMax,
    Duration retryMin,
    Duration retryMax,
    Duration unknownKeyPause,
    Duration forgetAfter,
    Duration keptPatience,
    int maxBytes,
    Reach reach,
    @Nullable KeySetShelf shelf) {

  public static final KeySetSettings DEFAULTS =
      new KeySetSettings(
          Duration.ofMinutes(20),
          Duration.ofMinutes(1),
          Duration.ofSeconds(15),
          Duration.ofSeconds(30),
          Duration.ofMinutes(5),
          Duration.ofSeconds(30),
          Duration.ofMinutes(10),
          Duration.ofSeconds(1),
          1 << 20,
          Reach.DEFAULT,
          null);

  public KeySetSettings withReach(Reach whom) {
    return new KeySetSettings(
        refresh,
        refreshMin,
        firstRetryMax,
        retryMin,
        retryMax,
        unknownKeyPause,
        forgetAfter,
        keptPatience,
        maxBytes,
        whom,
        shelf);
  }

  /** From one good answer of the control plane to the next question, where that fetches. */
  public KeySetSettings withRefresh(Duration every) {
    return new KeySetSettings(
        every,
        refreshMin,
        firstRetryMax,
        retryMin,
        retryMax,
        unknownKeyPause,
        forgetAfter,
        keptPatience,
        maxBytes,
        reach,
        shelf);
  }

  /**
   * @param where a folder, made when it is not there
   */
  public KeySetSettings withFolder(Path where) {
    return withShelf(new KeySetFolder(where));
  }

  public KeySetSettings withShelf(KeySetShelf where) {
    return new KeySetSettings(
        refresh,
        refreshMin,
        firstRetryMax,
        retryMin,
        retryMax,
        unknownKeyPause,
        forgetAfter,
        keptPatience,
        maxBytes,
        reach,
        where);
  }
}
