package io.heraldmesh.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.TcpIpConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import io.heraldmesh.tls.EventBusSockets;
import io.heraldmesh.tls.MemberIdentity;
import io.heraldmesh.tls.MemberTls;
import io.heraldmesh.tls.NativeTransport;
import io.heraldmesh.tls.hazelcast.TlsHazelcast;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process as a member of the control nodes' cluster: Hazelcast and the event bus over it, both
 * with mutual TLS. Starting and closing block.
 */
public final class ClusterMember implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterMember.class);
  private static final Duration STEP_WITHIN = Duration.ofSeconds(30);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);
  private static final long LOOK_MILLIS = 1000;
  private static final long NAMES_MILLIS = 10_000;

  private final HazelcastInstance hazelcast;
  private final Vertx vertx;
  private final MemberTls tls;
  private final EventBusSockets sockets;

  private ClusterMember(
      HazelcastInstance hazelcast, Vertx vertx, MemberTls tls, EventBusSockets sockets) {
    this.hazelcast = hazelcast;
    this.vertx = vertx;
    this.tls = tls;
    this.sockets = sockets;
  }

  /**
   * Joins the members that can be reached, or forms a cluster when none can.
   *
   * @param options of the Vert.x that is made; its event bus is set here
   * @throws IllegalStateException when it may not or cannot join, or TLS cannot be put in; the
   *     message says why, and nothing is left running
   */
  public static ClusterMember start(ClusterSettings settings, MemberTls tls, VertxOptions options) {
    MemberAddresses others = MemberAddresses.of(settings);
    Config config = MemberConfig.of(settings, others);
    HazelcastInstance hazelcast;
    try {
      hazelcast = TlsHazelcast.start(config, tls, TlsHazelcast.Times.DEFAULT);
    } catch (RuntimeException e) {
      // Hazelcast throws all kinds.
      throw new IllegalStateException(
          "cannot join the cluster at " + settings.listen() + ": " + e.getMessage(), e);
    }
    Vertx vertx = null;
    try {
      vertx = await(vertx(settings, options, hazelcast), STEP_WITHIN);
      EventBusSockets sockets =
          await(
              EventBusSockets.open(vertx, tls, MemberConfig.host(settings.eventBus())),
              STEP_WITHIN);
      LOG.info(
          "member of the cluster name={} members={} eventBus={}",
          tls.name(),
          hazelcast.getCluster().getMembers().size(),
          sockets.port());
      ClusterMember member = new ClusterMember(hazelcast, vertx, tls, sockets);
      TcpIpConfig addresses = config.getNetworkConfig().getJoin().getTcpIpConfig();
      if (addresses.isEnabled()) {
        member.lookForMissing(settings.members().size() + 1, () -> others.tell(addresses));
      }
      return member;
    } catch (RuntimeException e) {
      if (vertx != null) {
        vertx.close();
      }
      hazelcast.getLifecycleService().terminate();
      throw e;
    }
  }

  private static Future<Vertx> vertx(
      ClusterSettings settings, VertxOptions options, HazelcastInstance hazelcast) {
    EventBusOptions bus =
        EventBusSockets.closed(new EventBusOptions())
            .setHost(MemberConfig.host(settings.eventBus()))
            .setPort(settings.eventBus().getPort());
    if (settings.eventBusPublicHost() != null) {
      bus.setClusterPublicHost(settings.eventBusPublicHost());
    }
    bus.setClusterPingInterval(5_000).setClusterPingReplyInterval(5_000);
    return NativeTransport.builder(new VertxOptions(options).setEventBusOptions(bus))
        .withClusterManager(new OffloadedClusterManager(hazelcast))
        .buildClustered();
  }

  public Vertx vertx() {
    return vertx;
  }

  /** Where the event bus takes other members. */
  public int eventBusPort() {
    return sockets.port();
  }

  /** Names of those that are members now, this one too; none once Hazelcast has ended. */
  public List<String> members() {
    try {
      return hazelcast.getCluster().getMembers().stream()
          .map(member -> member.getAttribute(TlsHazelcast.NAME_ATTRIBUTE))
          .filter(Objects::nonNull)
          .sorted()
          .toList();
    } catch (HazelcastInstanceNotActiveException ended) {
      return List.of();
    }
  }

  /** From now on shows what {@code identity} says, asked every second. */
  public void follow(Supplier<MemberIdentity> identity) {
    vertx.setPeriodic(LOOK_MILLIS, tick -> look(identity));
  }

  /**
   * Asks for their addresses again while members are missing: a name may get one only later, or
   * another. Hazelcast reads its list of addresses anew whenever it looks for others.
   */
  private void lookForMissing(int all, Runnable ask) {
    vertx.setPeriodic(
        NAMES_MILLIS,
        tick -> {
          if (hazelcast.getCluster().getMembers().size() < all) {
            vertx.executeBlocking(Executors.callable(ask));
          }
        });
  }

  private void look(Supplier<MemberIdentity> identity) {
    sockets.closeEnded();
    vertx
        .executeBlocking(() -> tls.use(identity.get()))
        .compose(changed -> changed ? sockets.renew() : Future.succeededFuture())
        .onFailure(e -> LOG.error("the member's new identity is not in use: {}", e.getMessage()));
  }

  /** Leaves. */
  @Override
  public void close() {
    try {
      await(vertx.close(), CLOSE_WITHIN);
    } catch (IllegalStateException e) {
      LOG.warn("leaving the event bus: {}", e.getMessage());
    }
    hazelcast.shutdown();
  }

  private static <T> T await(Future<T> future, Duration within) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IllegalStateException(String.valueOf(cause.getMessage()), cause);
    } catch (TimeoutException e) {
      throw new IllegalStateException("not done within " + within.toSeconds() + " s", e);
    }
  }
}
