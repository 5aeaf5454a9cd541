package io.heraldmesh.enrol;

import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.AuditLog;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * Refusals in the audit log, so many a minute with a line of their own; what is over is counted and
 * told in one line with the first refusal of a later minute, by {@link #tick}, or by {@link
 * #flush}. So a flood writes no more than the limit. Thread-safe.
 */
final class RefusalAudit {
  private static final long MINUTE = 60_000_000_000L;
  private static final String ACTION = "enrol";
  private static final String REFUSED = "refused";

  private final AuditLog log;
  private final int perMinute;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private long minuteFrom;
  private int told;
  private long over;

  RefusalAudit(AuditLog log, int perMinute, InstantSource clock, LongSupplier nanos) {
    this.log = log;
    this.perMinute = perMinute;
    this.clock = clock;
    this.nanos = nanos;
    this.minuteFrom = nanos.getAsLong();
  }

  /** Completes once it may be answered: it is written, or counted to be told later. */
  CompletableFuture<Void> refused(String actor, String subject, String detail) {
    CompletableFuture<Void> before = tick();
    synchronized (this) {
      if (told >= perMinute) {
        over++;
        return before;
      }
      told++;
    }
    return CompletableFuture.allOf(
        before,
        log.append(new AuditEvent(clock.instant(), actor, ACTION, subject, REFUSED, detail)));
  }

  /** Tells what was only counted, when its minute is over; call it now and then. */
  CompletableFuture<Void> tick() {
    synchronized (this) {
      long now = nanos.getAsLong();
      if (now - minuteFrom < MINUTE) {
        return CompletableFuture.completedFuture(null);
      }
      minuteFrom = now;
      told = 0;
    }
    return flush();
  }

  /** Tells what was only counted, now. */
  CompletableFuture<Void> flush() {
    long counted;
    synchronized (this) {
      counted = over;
      over = 0;
    }
    return counted == 0
        ? CompletableFuture.completedFuture(null)
        : log.append(
            new AuditEvent(
                clock.instant(),
                "several",
                ACTION,
                "several",
                REFUSED,
                counted + " more refusals than have lines of their own"));
  }
}
