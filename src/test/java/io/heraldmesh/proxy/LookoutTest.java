package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class LookoutTest {
  private final Queue<Runnable> looks = new ArrayDeque<>();
  private final Lookout lookout = new Lookout(looks::add);

  @Test
  void whatIsSoAtOnceIsNotLookedAtAgain() {
    assertThat(lookout.until(() -> true).succeeded()).isTrue();
    assertThat(looks).isEmpty();
  }

  /** A quarter of an hour without an authority, looked at every 10 ms. */
  @Test
  void aLongWaitEndsLikeAShortOne() {
    int[] left = {100_000};
    Future<Void> there = lookout.until(() -> left[0]-- == 0);

    while (!looks.isEmpty()) {
      assertThat(there.isComplete()).isFalse();
      looks.remove().run();
    }

    assertThat(there.succeeded()).isTrue();
  }
}
