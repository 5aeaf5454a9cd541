package io.heraldmesh.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Hazelcast's threads, which call these, never wait for what Vert.x does about it. */
class OffloadedClusterManagerTest {
  private final HazelcastInstance nobody =
      (HazelcastInstance)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {HazelcastInstance.class},
              (proxy, method, arguments) -> {
                throw new UnsupportedOperationException(method.getName());
              });
  private final OffloadedClusterManager manager = new OffloadedClusterManager(nobody);

  @Test
  @SuppressWarnings("NullAway") // the manager has not joined, and looks at no event
  void callbacksReturnWhileTheManagerIsHeldByAnother() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Thread holder =
        Thread.ofPlatform()
            .start(
                () -> {
                  synchronized (manager) {
                    held.countDown();
                    awaitQuietly(release);
                  }
                });
    held.await();
    try {
      CompletableFuture<Boolean> called =
          CompletableFuture.supplyAsync(
              () -> {
                manager.stateChanged(new LifecycleEvent(LifecycleEvent.LifecycleState.MERGED));
                manager.memberAdded(null);
                manager.memberRemoved(null);
                return manager.getNodeInfo() == null;
              });
      assertThat(called.get(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      release.countDown();
      holder.join();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
