package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminService;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.node.StartFailure;
import io.heraldmesh.node.UsageException;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A way to the admin API of a control node, for one command. Waits for answers, and turns failures
 * into those of the command line.
 *
 * @param self the name of the node as which it asks, and which it may see; null: as an operator
 * @param way closed with the session
 */
record AdminSession(AdminService service, @Nullable String self, AutoCloseable way)
    implements AutoCloseable {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(60);

  /** The caller may not do this, or not now: the answer is no. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  <T> T await(Future<T> asked) {
    return await(asked, ANSWER_WITHIN);
  }

  /**
   * The same, for no longer than {@code within}, nor than any answer is waited for.
   *
   * @throws StartFailure when there is none until then
   */
  <T> T await(Future<T> asked, Duration within) {
    long millis = Math.min(within.toMillis(), ANSWER_WITHIN.toMillis());
    try {
      return asked.toCompletionStage().toCompletableFuture().get(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw StartFailure.cannotStart("interrupted");
    } catch (TimeoutException e) {
      throw StartFailure.cannotStart("no answer within " + (millis + 999) / 1000 + " s");
    } catch (ExecutionException e) {
      throw failure(Objects.requireNonNullElse(e.getCause(), e));
    }
  }

  private static RuntimeException failure(Throwable cause) {
    return switch (cause) {
      case BusException bus ->
          switch (bus.failure()) {
            case FORBIDDEN, UNAUTHENTICATED, NOT_REGISTERED, BAD_CSR, UNKNOWN_NODE ->
                new Refused(bus.detail());
            case MALFORMED, TOO_LARGE, UNKNOWN_TYPE -> new UsageException(bus.detail());
            case UNREACHABLE, OVERLOADED, NOT_READY, INTERNAL, EXPIRED, REPLAYED, BAD_ANSWER ->
                StartFailure.cannotStart(
                    bus.detail() + (bus.failure().retryHelps() ? "; try again" : ""));
          };
      case RuntimeException e -> e;
      default -> StartFailure.cannotStart(String.valueOf(cause.getMessage()));
    };
  }

  @Override
  public void close() {
    try {
      way.close();
    } catch (Exception e) {
      throw new IllegalStateException("cannot close the way to the control node", e);
    }
  }
}
