package io.heraldmesh.jwt;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that were verified, so that the next request with the same one costs no signature check.
 * It never changes an answer, only what the answer costs:
 *
 * <ul>
 *   <li>only tokens that passed are kept, so garbage displaces nothing;
 *   <li>a token is known under its exact octets, the workload's compiled rules and the place it was
 *       found at;
 *   <li>time and the presence of its key in the key set in force are tested at every use;
 *   <li>none is kept after its {@code exp}, and the bound counts octets of memory, not tokens;
 *   <li>when policy changes, {@link #successor} takes its place, empty.
 * </ul>
 *
 * <p>One for a node. Thread-safe; finding takes no lock.
 */
public final class TokenCache {
  /** Octets that a node's cache may take, when nothing else is said: 8 MiB. */
  public static final int DEFAULT_BYTES = 8 << 20;

  /** Keeps nothing. */
  public static final TokenCache OFF = of(0, () -> Instant.EPOCH);

  private final long maxBytes;
  private final InstantSource clock;
  private final Counts counts;
  private final @Nullable Cache<TokenKey, Verification> known;

  /** What happened since the node started. */
  private record Counts(LongAdder hits, LongAdder misses, LongAdder evictions) {}

  private TokenCache(long maxBytes, InstantSource clock, Counts counts) {
    this.maxBytes = maxBytes;
    this.clock = clock;
    this.counts = counts;
    this.known = maxBytes == 0 ? null : build();
  }

  /**
   * @param maxBytes of memory that it may take; 0 keeps nothing
   * @param clock says when a token is to go, besides the time given with each request
   */
  public static TokenCache of(long maxBytes, InstantSource clock) {
    if (maxBytes < 0) {
      throw new IllegalArgumentException("a token cache cannot have " + maxBytes + " bytes");
    }
    return new TokenCache(
        maxBytes, clock, new Counts(new LongAdder(), new LongAdder(), new LongAdder()));
  }

  /** Whether it keeps anything at all. */
  boolean isOn() {
    return known != null;
  }

  /** An empty one of the same size, for a policy that changed; it goes on counting. */
  public TokenCache successor() {
    return new TokenCache(maxBytes, clock, counts);
  }

  /** Uses that saved a verification. */
  public long hits() {
    return counts.hits().sum();
  }

  /** Tokens that had to be verified, for the first time or again; also those that then failed. */
  public long misses() {
    return counts.misses().sum();
  }

  /** Tokens that were given up for others, or never taken in, because there was no room. */
  public long evictions() {
    return counts.evictions().sum();
  }

  /** Octets taken, by estimate. Takes a lock: for metrics, not for requests. */
  public long bytes() {
    return known == null ? 0 : known.policy().eviction().orElseThrow().weightedSize().orElseThrow();
  }

  /**
   * Gives up what can never be used again: tokens after their {@code exp}, and those whose key is
   * in no key set any more. Nothing rests on it but memory. Costs a walk over all tokens.
   */
  public void purge(KeySets sets) {
    if (known != null) {
      known.asMap().values().removeIf(verification -> !verification.isKeyThere(sets));
      known.cleanUp();
    }
  }

  /** The verification of a token, if it still holds; a token whose does not is forgotten. */
  @Nullable Verification find(TokenKey token, KeySets sets, Instant now) {
    if (known == null) {
      return null;
    }
    Verification found = known.getIfPresent(token);
    if (found != null && found.holds(sets, now)) {
      counts.hits().increment();
      return found;
    }
    counts.misses().increment();
    if (found != null) {
      known.asMap().remove(token, found);
    }
    return null;
  }

  void keep(TokenKey token, Verification verification) {
    if (known != null && verification.exp() > clock.instant().getEpochSecond()) {
      known.put(token, verification);
    }
  }

  /** Housekeeping runs on the thread that put a token in: there is no other that could lag. */
  private Cache<TokenKey, Verification> build() {
    return Caffeine.newBuilder()
        .maximumWeight(maxBytes)
        .weigher(TokenWeight::of)
        .expireAfter(Expiry.<TokenKey, Verification>creating((token, kept) -> untilExp(kept)))
        .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
        .executor(Runnable::run)
        .evictionListener((token, kept, cause) -> count(cause))
        .build();
  }

  private Duration untilExp(Verification verification) {
    long seconds = verification.exp() - clock.instant().getEpochSecond();
    return Duration.ofSeconds(Math.max(0, seconds));
  }

  private void count(RemovalCause cause) {
    if (cause == RemovalCause.SIZE) {
      counts.evictions().increment();
    }
  }
}
