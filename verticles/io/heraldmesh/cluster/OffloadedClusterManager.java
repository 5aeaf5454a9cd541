package io.heraldmesh.cluster;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import io.vertx.core.Completable;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x's cluster manager, with what it does when members come and go moved to a thread of its
 * own, one event after the other. As it ships it reads and rewrites every registration of the
 * cluster inside Hazelcast's callback, holding its monitor: after a merge that waits for the very
 * thread that it blocks (vertx-hazelcast issue 215).
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // not to wait for the monitor is the point
final class OffloadedClusterManager extends HazelcastClusterManager {
  private final ExecutorService membership =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("herald-membership").factory());

  /** A copy, so that reading it waits for nobody. */
  private volatile @Nullable NodeInfo nodeInfo;

  OffloadedClusterManager(HazelcastInstance member) {
    super(member);
  }

  @Override
  public void memberAdded(MembershipEvent event) {
    later(() -> super.memberAdded(event));
  }

  @Override
  public void memberRemoved(MembershipEvent event) {
    later(() -> super.memberRemoved(event));
  }

  @Override
  public void stateChanged(LifecycleEvent event) {
    later(() -> super.stateChanged(event));
  }

  private void later(Runnable event) {
    try {
      membership.execute(event);
    } catch (RejectedExecutionException left) {
      // This node has left; who comes and goes is nothing to it.
    }
  }

  @Override
  public void setNodeInfo(NodeInfo info, Completable<Void> done) {
    nodeInfo = info;
    super.setNodeInfo(info, done);
  }

  @Override
  public @Nullable NodeInfo getNodeInfo() {
    return nodeInfo;
  }

  /** Events that are waiting find a manager that has left, and do nothing. */
  @Override
  public void leave(Completable<Void> done) {
    super.leave(
        (nothing, failure) -> {
          membership.shutdown();
          if (failure == null) {
            done.succeed();
          } else {
            done.fail(failure);
          }
        });
  }
}
