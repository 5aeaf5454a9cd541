package io.heraldmesh.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The timeouts of a loop go on whatever one of them does, and leave time for everything else. */
class WatchTest {
  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final EventLoop loop = (EventLoop) loops.next();
  private final Watch watch = new Watch(loop);

  @AfterEach
  void close() {
    watch.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  @Test
  void oneThatFailsHoldsNoOtherUp() throws Exception {
    AtomicInteger looked = new AtomicInteger();
    on(
        () -> {
          watch.add(
              now -> {
                throw new IllegalStateException("on purpose");
              });
          watch.add(
              now -> {
                throw new OutOfMemoryError("on purpose");
              });
          watch.add(now -> looked.incrementAndGet());
          return null;
        });
    Await.until("the other is looked at again and again", () -> looked.get() > 2);
  }

  @Test
  void manyWhoseTimeIsUpAtOnceLeaveTimeForOthers() throws Exception {
    List<Integer> seen = new ArrayList<>();
    AtomicInteger others = new AtomicInteger();
    AtomicInteger rounds = new AtomicInteger();
    on(
        () -> {
          for (int i = 0; i < 50; i++) {
            watch.add(
                now -> {
                  if (rounds.get() == 0) {
                    spin(TimeUnit.MILLISECONDS.toNanos(2));
                    seen.add(others.get());
                  }
                });
          }
          watch.add(now -> rounds.incrementAndGet());
          return null;
        });
    loop.scheduleWithFixedDelay(others::incrementAndGet, 1, 1, TimeUnit.MILLISECONDS);
    Await.until("a whole round", () -> rounds.get() > 0);
    List<Integer> all = on(() -> List.copyOf(seen));
    assertThat(all).hasSize(50);
    assertThat(all.getLast() - all.getFirst())
        .as("turns that others had within a round of 100 ms")
        .isGreaterThanOrEqualTo(5);
  }

  @Test
  void aRoundThatTakesLongerThanATickIsDoneWholeBeforeTheNext() throws Exception {
    List<Integer> order = new ArrayList<>();
    AtomicInteger looked = new AtomicInteger();
    on(
        () -> {
          for (int i = 0; i < 30; i++) {
            int which = i;
            watch.add(
                now -> {
                  if (order.size() < 60) {
                    spin(TimeUnit.MILLISECONDS.toNanos(10));
                  }
                  order.add(which);
                  looked.incrementAndGet();
                });
          }
          return null;
        });
    Await.until("two rounds", () -> looked.get() >= 60);
    List<Integer> all = on(() -> List.copyOf(order.subList(0, 60)));
    for (int i = 0; i < 60; i++) {
      assertThat(all.get(i)).isEqualTo(i % 30);
    }
  }

  @Test
  void whatAnEarlierOneOfTheRoundEndedIsNotLookedAt() throws Exception {
    AtomicInteger ended = new AtomicInteger();
    AtomicInteger last = new AtomicInteger();
    on(
        () -> {
          Watch.Timed victim = now -> ended.incrementAndGet();
          watch.add(now -> watch.remove(victim));
          watch.add(victim);
          watch.add(now -> last.incrementAndGet());
          return null;
        });
    Await.until("two rounds", () -> last.get() > 1);
    assertThat(ended).hasValue(0);
  }

  private <T> T on(Callable<T> work) throws Exception {
    return loop.submit(work).get();
  }

  private static void spin(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }
}
