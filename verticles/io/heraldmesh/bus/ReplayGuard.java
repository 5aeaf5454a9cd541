package io.heraldmesh.bus;

import io.heraldmesh.identity.SpiffeId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers the nonces of verified requests until they have expired, so that each counts once. Ask
 * only after the signature was verified: nobody else can then fill it. Thread-safe.
 */
final class ReplayGuard {
  private static final Duration SWEEP_EVERY = Duration.ofSeconds(10);

  private final int mostPerSender;
  private final Map<SpiffeId, Map<ByteString, Instant>> seen = new HashMap<>();
  private Instant swept = Instant.MIN;

  ReplayGuard(int mostPerSender) {
    this.mostPerSender = mostPerSender;
  }

  enum Answer {
    NEW,
    REPLAYED,
    /** The sender has as many requests open as are remembered; it has to wait. */
    FULL
  }

  /**
   * @param until from when on the request would be refused as expired anyway
   */
  synchronized Answer admit(SpiffeId sender, ByteString nonce, Instant until, Instant now) {
    sweep(now);
    Map<ByteString, Instant> nonces = seen.computeIfAbsent(sender, s -> new LinkedHashMap<>());
    forget(nonces, now);
    if (nonces.containsKey(nonce)) {
      return Answer.REPLAYED;
    }
    if (nonces.size() >= mostPerSender) {
      return Answer.FULL;
    }
    nonces.put(nonce, until);
    return Answer.NEW;
  }

  /** All senders, but not at each message of each of them: there may be thousands. */
  private void sweep(Instant now) {
    if (now.isBefore(swept) || !now.isBefore(swept.plus(SWEEP_EVERY))) {
      swept = now;
      seen.values().removeIf(nonces -> forget(nonces, now));
    }
  }

  /** How many senders something is remembered of. */
  synchronized int senders() {
    return seen.size();
  }

  private static boolean forget(Map<ByteString, Instant> nonces, Instant now) {
    // In order of arrival; lifetimes are alike, so the first that still counts ends the search.
    for (Iterator<Instant> i = nonces.values().iterator(); i.hasNext(); ) {
      if (i.next().isAfter(now)) {
        break;
      }
      i.remove();
    }
    return nonces.isEmpty();
  }
}
