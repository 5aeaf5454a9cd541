package io.heraldmesh.node;

import io.heraldmesh.admin.Health;
import io.heraldmesh.admin.Health.Condition;
import io.heraldmesh.admin.HealthServer;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.store.Store;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store of a node that starts, waited for. Meanwhile the node's health says what it waits for:
 * on event loops of its own, since those of the node may be the cluster's, which begins with the
 * database.
 */
final class AwaitedStore {
  private static final Logger LOG = LoggerFactory.getLogger(AwaitedStore.class);
  private static final long SERVER_SECONDS = 10;

  private final NodeConfig config;
  private final Health health;
  private final DatabasePatience patience;
  private @Nullable Vertx loops;

  AwaitedStore(NodeConfig config, Health health) {
    this(config, health, DatabasePatience.OF_A_NODE);
  }

  AwaitedStore(NodeConfig config, Health health, DatabasePatience patience) {
    this.config = config;
    this.health = health;
    this.patience = patience;
  }

  /**
   * Blocks until it is open.
   *
   * @throws io.heraldmesh.store.StoreException when it cannot be used, or not in time
   * @throws StartFailure when the health of the node cannot be served meanwhile
   */
  Store open() {
    try {
      Store opened = patience.open(() -> StateStore.open(config), this::waiting);
      health.register("database", () -> Condition.OK);
      return opened;
    } finally {
      close();
    }
  }

  private void waiting(String why) {
    LOG.warn("waiting for the database: {}", why);
    health.register("database", () -> Condition.notReady(why));
    HostPort address = config.health();
    if (loops == null && address != null) {
      serve(address);
    }
  }

  private void serve(HostPort address) {
    Vertx made = EventLoops.start(1, 1);
    loops = made;
    try {
      await(
          new HealthServer(made, health)
              .listen(SocketAddress.inetSocketAddress(address.port(), address.host())));
    } catch (TimeoutException | ExecutionException e) {
      throw StartFailure.cannotStart(
          "cannot listen on " + address + "; free the port or change spec.health.listen");
    }
  }

  private void close() {
    Vertx made = loops;
    if (made == null) {
      return;
    }
    try {
      await(made.close());
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("the health of the start is not closed: {}", e.getMessage());
    }
  }

  private static <T> T await(Future<T> future) throws TimeoutException, ExecutionException {
    try {
      return future.toCompletionStage().toCompletableFuture().get(SERVER_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw StartFailure.cannotStart("interrupted");
    }
  }
}
