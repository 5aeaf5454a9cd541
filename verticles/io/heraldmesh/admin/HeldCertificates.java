package io.heraldmesh.admin;

import io.heraldmesh.bus.AdminCertificates.Certificate;
import io.heraldmesh.bus.AdminCertificates.State;
import io.heraldmesh.store.IssuanceLog;
import io.heraldmesh.store.IssuanceRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The newest certificate of each identity on each node, by following the issuance log: each row is
 * read once. Blocks for the database; thread-safe.
 */
final class HeldCertificates {
  /** How long an ended certificate that nobody renewed is still shown. */
  static final Duration SHOWN_AFTER_END = Duration.ofDays(7);

  /** No leaf lives longer, so what was issued before need not be read. */
  private static final Duration LONGEST_LIFE = Duration.ofDays(90);

  private static final int BATCH = 2000;

  private final IssuanceLog log;
  private final InstantSource clock;
  private final Map<Holder, IssuanceRecord> newest = new HashMap<>();
  private long read = -1;

  private record Holder(String node, String identity) {}

  HeldCertificates(IssuanceLog log, InstantSource clock) {
    this.log = log;
    this.clock = clock;
  }

  /** Nothing that is shown was issued before. */
  static Instant firstShown(Instant now) {
    return now.minus(LONGEST_LIFE).minus(SHOWN_AFTER_END);
  }

  /** Where a certificate stands in the order of {@link #all}, also after another took its place. */
  static String key(Certificate one) {
    return "%015d %s".formatted(one.notAfter().toEpochMilli(), one.serial());
  }

  /** Soonest end first; of equal ends by serial. */
  synchronized List<Certificate> all() {
    Instant now = clock.instant();
    follow(now);
    newest.values().removeIf(one -> one.notAfter().isBefore(now.minus(SHOWN_AFTER_END)));
    return newest.values().stream()
        .map(one -> shown(one, now))
        .sorted(Comparator.comparing(Certificate::notAfter).thenComparing(Certificate::serial))
        .toList();
  }

  private void follow(Instant now) {
    if (read < 0) {
      read = firstOf(firstShown(now));
    }
    List<IssuanceRecord> batch;
    do {
      batch = log.after(read, BATCH);
      for (IssuanceRecord one : batch) {
        newest.put(new Holder(one.node(), one.spiffeId()), one);
      }
      read += batch.size();
    } while (batch.size() == BATCH);
  }

  /**
   * The number before the first row that was issued at {@code from} or later; rows are in order.
   */
  private long firstOf(Instant from) {
    long low = 0;
    long high = log.size();
    while (low < high) {
      long middle = (low + high) / 2;
      List<IssuanceRecord> one = log.after(middle, 1);
      if (!one.isEmpty() && one.getFirst().issuedAt().isBefore(from)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static Certificate shown(IssuanceRecord one, Instant now) {
    return new Certificate(
        one.node(),
        one.spiffeId(),
        one.serialHex(),
        one.issuedAt(),
        one.notAfter(),
        state(one, now));
  }

  /** True: it belongs to a person, who joins again when it has ended. */
  static boolean isOperators(String identity) {
    return identity.contains("/herald/operator/");
  }

  private static State state(IssuanceRecord one, Instant now) {
    boolean renewed = !isOperators(one.spiffeId());
    return state(one.issuedAt(), one.notAfter(), renewed, now);
  }

  /**
   * @param renewed false: whoever holds it does not renew it by itself
   */
  static State state(Instant issuedAt, Instant notAfter, boolean renewed, Instant now) {
    if (!now.isBefore(notAfter)) {
      return State.EXPIRED;
    }
    return renewed && now.isAfter(late(issuedAt, notAfter)) ? State.OVERDUE : State.GOOD;
  }

  /** They renew at half of their life, with some jitter, and try again when that fails. */
  private static Instant late(Instant issuedAt, Instant notAfter) {
    // Not in milliseconds, of which only some hundred million years are reckoned with.
    return issuedAt.plus(Duration.between(issuedAt, notAfter).multipliedBy(3).dividedBy(4));
  }
}
