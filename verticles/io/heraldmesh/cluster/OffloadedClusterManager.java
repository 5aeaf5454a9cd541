package io.heraldmesh.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import io.vertx.core.Completable;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vert.x's cluster manager, with what it does when members come and go moved to a thread of its
 * own, one event after the other. As it ships it reads and rewrites every registration of the
 * cluster inside Hazelcast's callback, holding its monitor: after a merge that waits for the very
 * thread that it blocks (vertx-hazelcast issue 215).
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // not to wait for the monitor is the point
final class OffloadedClusterManager extends HazelcastClusterManager {
  private static final Logger LOG = LoggerFactory.getLogger(OffloadedClusterManager.class);
  private static final List<Long> AGAIN_AFTER_SECONDS = List.of(2L, 5L, 15L, 30L);

  private final ExecutorService membership =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("herald-membership").factory());

  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger registered = new AtomicInteger();
  private final EventBusRegistrations registrations;

  /** By nodes that are members, or were while this one ran. */
  private final Map<String, NodeInfo> known = new ConcurrentHashMap<>();

  /** A copy, so that reading it waits for nobody. */
  private volatile @Nullable NodeInfo nodeInfo;

  OffloadedClusterManager(HazelcastInstance member) {
    super(member);
    registrations = new EventBusRegistrations(member);
  }

  @Override
  public void memberAdded(MembershipEvent event) {
    later(() -> super.memberAdded(event));
    again(this::look);
  }

  /**
   * What a member had registered is dropped, unless it is back by the time that its turn comes:
   * then it has registered it anew.
   */
  @Override
  public void memberRemoved(MembershipEvent event) {
    later(
        () -> {
          if (isActive() && isMember(event.getMember())) {
            LOG.info("a member that was gone is back already: {}", event.getMember().getAddress());
          } else {
            super.memberRemoved(event);
          }
        });
    again(this::look);
  }

  private boolean isMember(Member member) {
    String id = member.getAttribute(MemberConfig.NODE_ID);
    return id != null && getNodes().contains(id);
  }

  /**
   * After a merge all of this member's own is registered anew, and again a while later: another
   * member may still be about to drop what this one had before.
   */
  @Override
  public void stateChanged(LifecycleEvent event) {
    later(() -> super.stateChanged(event));
    if (event.getState() == LifecycleState.MERGED) {
      again(
          () -> {
            look();
            super.stateChanged(event);
          });
    }
  }

  /** Registers anew what others have dropped, in the belief that this member was gone. */
  private void look() {
    if (isActive() && registrations.clean(getNodeId(), this::getNodes) < registered.get()) {
      LOG.info("registering on the event bus anew");
      super.stateChanged(new LifecycleEvent(LifecycleState.MERGED));
    }
  }

  private void again(Runnable event) {
    for (long seconds : AGAIN_AFTER_SECONDS) {
      CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS).execute(() -> later(event));
    }
  }

  /** Whether every event that came so far was dealt with. */
  boolean isIdle() {
    return waiting.get() == 0;
  }

  private void later(Runnable event) {
    waiting.incrementAndGet();
    try {
      membership.execute(
          () -> {
            try {
              event.run();
            } catch (RuntimeException e) {
              if (isActive()) {
                LOG.warn("the members' event was not dealt with: {}", e.toString());
              }
            } finally {
              waiting.decrementAndGet();
            }
          });
    } catch (RejectedExecutionException left) {
      waiting.decrementAndGet();
      // This node has left; who comes and goes is nothing to it.
    }
  }

  @Override
  public void addRegistration(
      String address, RegistrationInfo registration, Completable<Void> done) {
    if (!registration.localOnly()) {
      registered.incrementAndGet();
    }
    super.addRegistration(address, registration, done);
  }

  @Override
  public void removeRegistration(
      String address, RegistrationInfo registration, Completable<Void> done) {
    if (!registration.localOnly()) {
      registered.decrementAndGet();
    }
    super.removeRegistration(address, registration, done);
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

  /**
   * Where a node listens, which never changes. A member that has just come back may not have said
   * it anew, and answers to it would be lost.
   */
  @Override
  public void getNodeInfo(String node, Completable<NodeInfo> done) {
    super.getNodeInfo(
        node,
        (said, failure) -> {
          NodeInfo before = known.get(node);
          if (failure == null) {
            known.put(node, said);
            done.succeed(said);
          } else if (before != null && getNodes().contains(node)) {
            done.succeed(before);
          } else {
            done.fail(failure);
          }
        });
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
