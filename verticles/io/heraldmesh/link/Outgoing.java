package io.heraldmesh.link;

import io.vertx.core.Future;
import io.vertx.core.streams.WriteStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a stream, with a bound on what waits to be sent: of this stream, and of all
 * streams together, so that slow readers do not take the memory. One message is always taken when
 * nothing waits. For one event loop.
 */
final class Outgoing<M> {
  /** What a message that waits takes besides its bytes, about. */
  private static final int OVERHEAD = 1024;

  /** So much of a stream waits also where others have taken all the room. */
  private static final int SMALL = 64 << 10;

  private final WriteStream<M> stream;
  private final long most;
  private final AtomicLong all;
  private final long mostOfAll;
  private final LongSupplier nanos;
  private long waiting;
  private long stuckSince;

  /**
   * @param most bytes of this stream that may wait, {@value #OVERHEAD} for each message among them
   * @param all bytes of all streams that wait, at most {@code mostOfAll}
   */
  Outgoing(WriteStream<M> stream, long most, AtomicLong all, long mostOfAll, LongSupplier nanos) {
    this.stream = stream;
    this.most = most;
    this.all = all;
    this.mostOfAll = mostOfAll;
    this.nanos = nanos;
  }

  /**
   * @return null when there is no room: nothing was sent
   */
  @Nullable Future<Void> offer(M message, int bytes) {
    int held = bytes + OVERHEAD;
    if (waiting > 0 && waiting + held > most) {
      return null;
    }
    long inAll = all.addAndGet(held);
    if (inAll > mostOfAll && inAll > held && waiting + held > SMALL) {
      all.addAndGet(-held);
      return null;
    }
    if (waiting == 0) {
      stuckSince = nanos.getAsLong();
    }
    waiting += held;
    return stream
        .write(message)
        .onComplete(
            done -> {
              waiting -= held;
              all.addAndGet(-held);
              stuckSince = nanos.getAsLong();
            });
  }

  /** Whether anything waits that was not sent. */
  boolean waits() {
    return waiting > 0;
  }

  /**
   * Whether the other end takes nothing: something has waited for longer than {@link
   * LinkLimits#DEAD_AFTER} and the time that all that waits takes at the least rate. How much of a
   * message has left is not known before all of it has.
   */
  boolean stuck() {
    return waiting > 0 && nanos.getAsLong() - stuckSince > patience().toNanos();
  }

  /** Nobody waits for an answer for longer than {@link LinkLimits#ANSWER_WITHIN}. */
  private Duration patience() {
    Duration travels =
        Duration.ofMillis(Math.ceilDiv(waiting * 1000, LinkLimits.LEAST_BYTES_PER_SECOND));
    return LinkLimits.DEAD_AFTER.plus(
        travels.compareTo(LinkLimits.ANSWER_WITHIN) < 0 ? travels : LinkLimits.ANSWER_WITHIN);
  }
}
