package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminNodes.AwaitRequest;
import io.heraldmesh.bus.AdminNodes.InForce;
import io.heraldmesh.bus.AdminNodes.Node;
import io.heraldmesh.node.StartFailure;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits until a change is in force on every node that it concerns. */
final class InForceWait {
  private static final int ONE_ANSWER_MILLIS = 2000;
  private static final int AGAIN_MILLIS = 250;

  /** On top of the time that is left: what an answer takes that comes at its very end. */
  private static final Duration ANSWER = Duration.ofSeconds(3);

  private InForceWait() {}

  /**
   * The last answer: reached, or not within {@code timeout}.
   *
   * @throws StartFailure when none could be got until some seconds after that
   */
  static InForce until(AdminSession session, String revision, Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    while (true) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      try {
        InForce answer =
            session.await(
                session
                    .service()
                    .awaitInForce(
                        new AwaitRequest(revision, Math.clamp(left, 0, ONE_ANSWER_MILLIS))),
                ANSWER.plusMillis(Math.max(0, left)));
        if (answer.reached() || left <= 0) {
          return answer;
        }
      } catch (StartFailure e) {
        // as while one control node takes over from another
        if (left <= 0) {
          throw e;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(AGAIN_MILLIS));
      }
    }
  }

  /** For people, one line for each node that lags. */
  static String text(InForce answer) {
    StringBuilder text = new StringBuilder();
    text.append(answer.reached() ? "in force on " : "not in force everywhere: on ")
        .append(answer.inForce())
        .append(" of ")
        .append(answer.nodes())
        .append(" nodes\n");
    if (answer.problem() != null) {
      text.append("not distributed: ").append(answer.problem()).append('\n');
    }
    for (Node node : answer.laggards()) {
      text.append("  ").append(node.name()).append(": ").append(node.reason()).append('\n');
    }
    return text.toString();
  }
}
