package io.heraldmesh.credentials;

import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.CaService.NumberedRoots;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for the roots, every 30 s and when somebody says that there are others. Never two questions
 * at a time: what is answered was in force after what was answered before. Thread-safe.
 */
final class RootsQuestion {
  private static final Logger LOG = LoggerFactory.getLogger(RootsQuestion.class);
  private static final Duration EVERY = Duration.ofSeconds(30);

  /** All nodes of a mesh are told at the same moment. */
  private static final Duration SPREAD = Duration.ofMillis(400);

  private static final Duration AGAIN = Duration.ofSeconds(4);

  private final Vertx vertx;
  private final CaService ca;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Consumer<NumberedRoots> taker;
  private Instant next;
  private boolean waiting;
  private boolean asking;
  private boolean again;

  RootsQuestion(
      Vertx vertx,
      CaService ca,
      InstantSource clock,
      RandomGenerator random,
      Consumer<NumberedRoots> taker) {
    this.vertx = vertx;
    this.ca = ca;
    this.clock = clock;
    this.random = random;
    this.taker = taker;
    this.next = clock.instant().plus(EVERY);
  }

  /** Asks when it is time; call it about once a second. */
  void tick() {
    synchronized (this) {
      Instant now = clock.instant();
      // Also when the clock went back: then the next time lies too far ahead.
      if (now.isBefore(next) && !now.plus(EVERY).isBefore(next)) {
        return;
      }
    }
    ask();
  }

  /** There may be others: asks within half a second, however often it is called meanwhile. */
  void soon() {
    synchronized (this) {
      if (waiting) {
        return;
      }
      waiting = true;
    }
    vertx.setTimer(
        random.nextLong(1, SPREAD.toMillis() + 1),
        timer -> {
          synchronized (this) {
            waiting = false;
          }
          ask();
        });
  }

  private void ask() {
    synchronized (this) {
      if (asking) {
        again = true;
        return;
      }
      asking = true;
      next = clock.instant().plus(EVERY);
    }
    ca.numberedRoots()
        .onSuccess(taker::accept)
        .onFailure(this::failed)
        .onComplete(done -> answered());
  }

  /** All nodes may ask at once, more than the authority takes at a time. */
  private void failed(Throwable cause) {
    LOG.warn("roots not fetched, the old ones stay: {}", cause.getMessage());
    if (BusFailure.OVERLOADED.is(cause)) {
      vertx.setTimer(1_000 + random.nextLong(AGAIN.toMillis()), timer -> ask());
    }
  }

  private void answered() {
    synchronized (this) {
      asking = false;
      if (!again) {
        return;
      }
      again = false;
    }
    ask();
  }
}
