package io.heraldmesh.link;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets in so many a second and no more, so that thousands who come at once do not take the time of
 * those who are in. Whoever comes back goes before whoever is new. Thread-safe; somebody calls
 * {@link #tick} every few milliseconds.
 */
public final class Admission {
  private final double perSecond;
  private final int burst;
  private final int mostWaiting;
  private final LongSupplier nanos;
  private final Deque<Promise<Void>> returning = new ArrayDeque<>();
  private final Deque<Promise<Void>> fresh = new ArrayDeque<>();
  private double tokens;
  private long last;

  /** Who wants in. */
  public enum Kind {
    /** Has an identity of this mesh already. */
    RETURNING,
    NEW
  }

  /** There is no room to wait in; the caller comes again later. */
  public static final class Full extends Exception {
    private static final long serialVersionUID = 1L;

    Full() {
      super("too many wait to be let in; try again later");
    }
  }

  /**
   * @param perSecond let in, more than 0
   * @param burst at once after a pause, 1 or more
   * @param mostWaiting of each kind
   * @param nanos rises with time
   */
  public Admission(double perSecond, int burst, int mostWaiting, LongSupplier nanos) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.mostWaiting = mostWaiting;
    this.nanos = nanos;
    this.tokens = burst;
    this.last = nanos.getAsLong();
  }

  /** Completes when it is the caller's turn; fails with {@link Full}. */
  public Future<Void> admit(Kind kind) {
    Promise<Void> turn = Promise.promise();
    synchronized (this) {
      Deque<Promise<Void>> queue = kind == Kind.RETURNING ? returning : fresh;
      if (queue.size() >= mostWaiting) {
        return Future.failedFuture(new Full());
      }
      queue.add(turn);
    }
    tick();
    return turn.future();
  }

  /** Lets in whose turn has come. */
  public void tick() {
    for (Promise<Void> turn = next(); turn != null; turn = next()) {
      turn.complete();
    }
  }

  /** How many wait. */
  public synchronized int waiting() {
    return returning.size() + fresh.size();
  }

  private synchronized @Nullable Promise<Void> next() {
    long now = nanos.getAsLong();
    tokens = Math.min(burst, tokens + (now - last) * perSecond / TimeUnit.SECONDS.toNanos(1));
    last = now;
    if (tokens < 1) {
      return null;
    }
    Promise<Void> turn = returning.poll();
    if (turn == null) {
      turn = fresh.poll();
    }
    if (turn != null) {
      tokens--;
    }
    return turn;
  }
}
