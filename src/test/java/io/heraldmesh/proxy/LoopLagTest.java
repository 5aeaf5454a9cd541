package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.tls.EventLoops;
import io.micrometer.core.instrument.Gauge;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The control of every measurement: a loop that is blocked on purpose is seen, on each loop. */
class LoopLagTest {
  /** 300 ms, less the tick that may just have been due. */
  private static final double SEEN = 0.28;

  private Mesh mesh;

  @BeforeEach
  void start() throws Exception {
    mesh = Mesh.ready();
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @Test
  void aLoopBlockedFor300MillisecondsIsSeenWhicheverItIs() {
    for (EventExecutor loop : EventLoops.of(mesh.vertx).all()) {
      Mesh.eventually(() -> lag() < SEEN);
      loop.execute(() -> block(300));
      Mesh.eventually(() -> lag() >= SEEN);
    }
  }

  @Test
  void aLoopThatIsStillBlockedIsSeenAlready() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    EventExecutor loop = EventLoops.of(mesh.vertx).all().iterator().next();
    loop.execute(
        () -> {
          try {
            assertThat(end.await(10, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    Mesh.eventually(() -> lag() >= SEEN);
    end.countDown();
    Mesh.eventually(() -> lag() < SEEN);
  }

  /** Classes are loaded on the loops before anything is served. */
  @Test
  void whatCameBeforeTheNodeServesIsForgotten() throws Exception {
    CountDownLatch passed = new CountDownLatch(1);
    EventExecutor loop = EventLoops.of(mesh.vertx).all().iterator().next();
    loop.execute(() -> block(1_500));
    // after the tick that is due by then
    loop.execute(() -> loop.schedule(passed::countDown, 30, TimeUnit.MILLISECONDS));
    assertThat(passed.await(10, TimeUnit.SECONDS)).isTrue();
    mesh.client.begin();
    assertThat(lag()).isLessThan(1.4); // a busy machine has lag of its own
  }

  private double lag() {
    Gauge gauge = mesh.meters.get("herald_event_loop_lag_seconds").tag("node", "client").gauge();
    return gauge.value();
  }

  private static void block(int millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    long left;
    while ((left = end - System.nanoTime()) > 0) {
      java.util.concurrent.locks.LockSupport.parkNanos(left);
    }
  }
}
