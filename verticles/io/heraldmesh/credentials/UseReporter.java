package io.heraldmesh.credentials;

import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.UsedCertificates;
import io.heraldmesh.bus.UsedCertificates.Used;
import io.heraldmesh.bus.UsedCertificates.UsedReport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the control plane which certificates this node uses, and which of its services can be
 * called past it: soon after each change, and each minute, because another control node may have
 * begun to listen. Nothing depends on that it is heard. Thread-safe.
 */
public final class UseReporter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UseReporter.class);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /** Give or take a tenth. */
  private static final Duration TELL_EVERY = Duration.ofMinutes(1);

  private static final Duration TELL_AGAIN = Duration.ofSeconds(5);
  private static final Comparator<Used> SOONEST =
      Comparator.comparing(
              Used::notAfter, Comparator.nullsFirst(Comparator.<Instant>naturalOrder()))
          .thenComparing(Used::identity);

  private final Vertx vertx;
  private final DistributorService distributor;
  private final Supplier<UsedReport> said;
  private final RandomGenerator random;
  private UsedReport told = UsedReport.of(List.of());
  private long next = System.nanoTime();
  private boolean telling;
  private boolean failing;
  private @Nullable Long timer;

  /**
   * @param said asked once a second; must not block
   */
  public UseReporter(
      Vertx vertx,
      DistributorService distributor,
      Supplier<UsedReport> said,
      RandomGenerator random) {
    this.vertx = vertx;
    this.distributor = distributor;
    this.said = said;
    this.random = random;
  }

  /** Starts looking once a second. */
  public synchronized void start() {
    if (timer == null) {
      timer = vertx.setPeriodic(LOOK_EVERY.toMillis(), id -> look());
      look();
    }
  }

  /** Another control node is there: it is told at the next look. */
  public synchronized void again() {
    next = System.nanoTime();
  }

  private void look() {
    UsedReport now;
    try {
      now = now();
    } catch (RuntimeException e) {
      // Whatever a certificate says, the node that uses it starts and goes on.
      untold(e);
      return;
    }
    synchronized (this) {
      failing = false;
      boolean due = System.nanoTime() - next >= 0 || !now.equals(told);
      if (telling || !due || now.certificates().isEmpty()) {
        return;
      }
      telling = true;
      told = now;
    }
    Future<Void> answer = distributor.report(now);
    answer.onComplete(
        done -> {
          if (done.failed()) {
            LOG.debug("not told which certificates are used: {}", done.cause().getMessage());
          }
          synchronized (this) {
            telling = false;
            next = System.nanoTime() + wait(done.failed() ? done.cause() : null).toNanos();
          }
        });
  }

  private UsedReport now() {
    UsedReport all = said.get();
    return new UsedReport(
        all.certificates().stream()
            .filter(UseReporter::isKnown)
            .sorted(SOONEST)
            .limit(UsedCertificates.MOST)
            .toList(),
        all.exposed().stream().limit(UsedCertificates.MOST_EXPOSED).toList());
  }

  /** The log says so once. */
  private synchronized void untold(RuntimeException e) {
    if (!failing) {
      failing = true;
      LOG.warn("which certificates are used cannot be told: {}", e.getMessage(), e);
    }
  }

  /** False: it is being asked for, for the first time. */
  private static boolean isKnown(Used one) {
    return one.serial() != null || one.lastError() != null;
  }

  /** Sooner where it may be heard then. */
  private Duration wait(@Nullable Throwable failure) {
    boolean soon =
        failure != null && !(failure instanceof BusException e && !e.failure().retryHelps());
    Duration mean = soon ? TELL_AGAIN : TELL_EVERY;
    return Duration.ofMillis((long) (mean.toMillis() * (0.9 + 0.2 * random.nextDouble())));
  }

  @Override
  public synchronized void close() {
    if (timer != null) {
      vertx.cancelTimer(timer);
      timer = null;
    }
  }
}
