package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.tls.EventLoops;
import io.heraldmesh.tls.NativeTransport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The control of every measurement: a loop that is blocked on purpose is seen, on each loop. */
class LoopLagTest {
  private static final int LOOPS = 2;

  /** 300 ms, less the tick that may just have been due. */
  private static final double SEEN = 0.28;

  private final Vertx vertx =
      NativeTransport.builder(new VertxOptions().setEventLoopPoolSize(LOOPS)).build();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final LoopLag lag = new LoopLag(vertx, "node-1", meters);
  private final List<EventExecutor> loops = EventLoops.of(vertx).withAcceptors();

  @AfterEach
  void stop() {
    lag.close();
    Await.result(vertx.close());
  }

  /** The last is the one that accepts connections. */
  @Test
  void aLoopBlockedFor300MillisecondsIsSeenWhicheverItIs() {
    assertThat(loops).hasSize(LOOPS + 1);
    for (EventExecutor loop : loops) {
      Await.until("all is calm", () -> worst() < SEEN);
      loop.execute(() -> block(300));
      Await.until("the lag is seen", () -> worst() >= SEEN);
    }
  }

  @Test
  void aLoopThatIsStillBlockedIsSeenAlready() {
    CountDownLatch end = new CountDownLatch(1);
    loops
        .getFirst()
        .execute(
            () -> {
              try {
                assertThat(end.await(10, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    Await.until("the lag is seen", () -> worst() >= SEEN);
    end.countDown();
    Await.until("all is calm", () -> worst() < SEEN);
  }

  /** Classes are loaded on the loops before anything is served. */
  @Test
  void whatCameBeforeTheNodeServesIsForgotten() throws Exception {
    CountDownLatch passed = new CountDownLatch(1);
    EventExecutor loop = loops.getFirst();
    loop.execute(() -> block(1_500));
    // after the tick that is due by then
    loop.execute(() -> loop.schedule(passed::countDown, 30, TimeUnit.MILLISECONDS));
    assertThat(passed.await(10, TimeUnit.SECONDS)).isTrue();
    lag.begin();
    assertThat(worst()).isLessThan(1.4); // a busy machine has lag of its own
  }

  private double worst() {
    return meters.get("herald_event_loop_lag_seconds").tag("node", "node-1").gauge().value();
  }

  private static void block(int millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    long left;
    while ((left = end - System.nanoTime()) > 0) {
      java.util.concurrent.locks.LockSupport.parkNanos(left);
    }
  }
}
