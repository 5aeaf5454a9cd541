package io.heraldmesh.store;

import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * Refusals in the audit log, so many a minute with a line of their own; what is over is counted and
 * told in one line with the first refusal of a later minute, by {@link #tick}, or by {@link
 * #flush}. So a flood writes no more than the limit. Thread-safe.
 */
public final class RefusalAudit {
  private static final long MINUTE = 60_000_000_000L;
  private static final String REFUSED = "refused";

  private final AuditLog log;
  private final String of;
  private final int perMinute;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private long minuteFrom;
  private int told;
  private long over;

  /**
   * @param of the action of the lines that give a number alone
   * @param nanos as {@link System#nanoTime}, for the minutes
   */
  public RefusalAudit(
      AuditLog log, String of, int perMinute, InstantSource clock, LongSupplier nanos) {
    this.log = log;
    this.of = of;
    this.perMinute = perMinute;
    this.clock = clock;
    this.nanos = nanos;
    this.minuteFrom = nanos.getAsLong();
  }

  /** Completes once it may be answered: it is written, or counted to be told later. */
  public CompletableFuture<Void> refused(
      String actor, String action, String subject, String detail) {
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
        log.append(new AuditEvent(clock.instant(), actor, action, subject, REFUSED, detail)));
  }

  /** Tells what was only counted, when its minute is over; call it now and then. */
  public CompletableFuture<Void> tick() {
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
  public CompletableFuture<Void> flush() {
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
                of,
                "several",
                REFUSED,
                counted + " more refusals than have lines of their own"));
  }
}
