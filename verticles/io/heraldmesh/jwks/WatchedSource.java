package io.heraldmesh.jwks;

import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.KeySource;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What {@link KeySetService} knows of one source; touched on its context only, where not said. */
final class WatchedSource {
  final KeySource source;
  final String label;
  final Promise<Void> tried = Promise.promise();

  /** Milliseconds since 1970 before which no unknown key causes a fetch; for any thread. */
  final AtomicLong nextUnknownKey = new AtomicLong(Long.MIN_VALUE);

  boolean wanted = true;
  boolean fetching;
  int failures;
  @Nullable KeySet lastGood;
  @Nullable Instant lastSuccess;
  @Nullable String lastError;
  Timers.@Nullable Running timer;

  WatchedSource(KeySource source) {
    this.source = source;
    this.label = label(source);
  }

  void stopTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  KeySourceHealth health() {
    KeySet set = lastGood;
    return new KeySourceHealth(
        label,
        set == null ? 0 : set.keys().size(),
        set == null ? null : set.digest(),
        lastSuccess,
        lastError,
        failures);
  }

  private static String label(KeySource source) {
    String address =
        switch (source) {
          case KeySource.Inline inline -> throw new IllegalArgumentException("not fetched");
          case KeySource.Remote(String uri) -> uri;
          case KeySource.Discovered(String issuer) -> issuer;
        };
    try {
      return FetchUri.parse(address).toString();
    } catch (FetchFailure e) {
      return invalid(address);
    }
  }

  /** Enough to find it in a policy, without what may be a password. */
  private static String invalid(String address) {
    String shown = address.replaceAll("//[^/]*@", "//").replaceAll("\\?.*", "");
    return "(invalid) "
        + shown.substring(0, Math.min(shown.length(), 200)).replaceAll("[^ -~]", "?");
  }
}
