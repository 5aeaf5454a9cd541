package io.heraldmesh.link;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.grpc.common.GrpcStatus;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls whose one message has not come whole. Each has its time, and all of them together hold no
 * more than a share of the memory: of those that linger some are refused, and whoever sends at once
 * is not looked at. Thread-safe; each call is looked after on its connection's event loop.
 */
final class UnreadCalls {
  private static final Logger LOG = LoggerFactory.getLogger(UnreadCalls.class);

  /** What comes within it comes uncounted. */
  private static final long LOOK_EVERY_MILLIS = 100;

  private static final long NANOS = Duration.ofSeconds(1).toNanos();

  private final Vertx vertx;
  private final long most;
  private final AtomicLong held = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();

  /**
   * @param most bytes of all
   */
  UnreadCalls(Vertx vertx, long most) {
    this.vertx = vertx;
    this.most = most;
  }

  /**
   * Looks after {@code request} until it has ended or was answered.
   *
   * @param within for its message, besides the time that what came of it takes at {@link
   *     LinkLimits#LEAST_BYTES_PER_SECOND}
   */
  void watch(HttpServerRequest request, Duration within) {
    Call call = new Call(request, within);
    vertx.setPeriodic(LOOK_EVERY_MILLIS, call::look);
  }

  /** How many bytes are held now. */
  long held() {
    return held.get();
  }

  private final class Call {
    private final HttpServerRequest request;
    private final Duration within;
    private final long begun = System.nanoTime();
    private long counted;

    Call(HttpServerRequest request, Duration within) {
      this.request = request;
      this.within = within;
    }

    void look(long timer) {
      HttpServerResponse response = request.response();
      if (request.isEnded() || response.ended() || response.closed()) {
        over(timer);
        return;
      }
      long came = request.bytesRead();
      held.addAndGet(came - counted);
      counted = came;
      if (System.nanoTime() - begun > patienceNanos(came)) {
        over(timer);
        refuse(GrpcStatus.DEADLINE_EXCEEDED, "the message did not end in time");
      } else if (held.get() > most) {
        over(timer);
        refuse(GrpcStatus.RESOURCE_EXHAUSTED, "too many messages have not ended");
      }
    }

    private long patienceNanos(long came) {
      return within.toNanos() + came * NANOS / LinkLimits.LEAST_BYTES_PER_SECOND;
    }

    private void over(long timer) {
      vertx.cancelTimer(timer);
      held.addAndGet(-counted);
      counted = 0;
    }

    /** Anybody may do so as often as they like: the first and each that doubles them is told. */
    private void refuse(GrpcStatus status, String why) {
      long count = refused.incrementAndGet();
      if (Long.bitCount(count) == 1) {
        LOG.warn(
            "call refused, {} path={} from={} count={}",
            why,
            request.path(),
            request.remoteAddress(),
            count);
      }
      EarlyAnswer.refuse(request, status, why);
    }
  }
}
