package io.heraldmesh.link;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
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
  private final SequencedSet<Turn> returning = new LinkedHashSet<>();
  private final SequencedSet<Turn> fresh = new LinkedHashSet<>();
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

  /** The place of one who came. */
  public final class Turn {
    private final SequencedSet<Turn> queue;
    private final Promise<Void> promise = Promise.promise();

    private Turn(SequencedSet<Turn> queue) {
      this.queue = queue;
    }

    /** Completes when it is the caller's turn; fails with {@link Full}. */
    public Future<Void> come() {
      return promise.future();
    }

    /** The caller waits no more: it takes neither room nor anybody's turn. */
    public void giveUp() {
      synchronized (Admission.this) {
        queue.remove(this);
      }
    }
  }

  /**
   * @param perSecond let in, more than 0
   * @param burst at once after a pause, 1 or more
   * @param mostWaiting of each kind; no more than are let in while one of them would wait, since
   *     who gives up after a wait comes again behind all others
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

  /** Takes a place behind those of its kind. */
  public Turn admit(Kind kind) {
    Turn turn = new Turn(kind == Kind.RETURNING ? returning : fresh);
    boolean room;
    synchronized (this) {
      room = turn.queue.size() < mostWaiting && turn.queue.add(turn);
    }
    if (room) {
      tick();
    } else {
      turn.promise.fail(new Full());
    }
    return turn;
  }

  /** Lets in whose turn has come. */
  public void tick() {
    for (Turn turn = next(); turn != null; turn = next()) {
      turn.promise.complete();
    }
  }

  /** How many wait. */
  public synchronized int waiting() {
    return returning.size() + fresh.size();
  }

  private synchronized @Nullable Turn next() {
    long now = nanos.getAsLong();
    tokens = Math.min(burst, tokens + (now - last) * perSecond / TimeUnit.SECONDS.toNanos(1));
    last = now;
    if (tokens < 1) {
      return null;
    }
    SequencedSet<Turn> queue = returning.isEmpty() ? fresh : returning;
    if (queue.isEmpty()) {
      return null;
    }
    tokens--;
    return queue.removeFirst();
  }
}
