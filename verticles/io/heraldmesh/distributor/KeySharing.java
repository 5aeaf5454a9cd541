package io.heraldmesh.distributor;

import io.heraldmesh.bus.SharedKeySets.SharedKeySet;
import io.heraldmesh.jwt.KeySource;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Whoever fetches the key sets of token issuers for the mesh, while this node distributes. */
public interface KeySharing {

  /** Nobody does. */
  KeySharing NONE =
      new KeySharing() {
        @Override
        public Future<Void> start() {
          return Future.succeededFuture();
        }

        @Override
        public void watch(Map<KeySource, Duration> sources) {}

        @Override
        public List<SharedKeySet> freshness() {
          return List.of();
        }

        @Override
        public Future<Void> close() {
          return Future.succeededFuture();
        }
      };

  /** Completes once nodes are answered. */
  Future<Void> start();

  /**
   * Says which sources the policies name that are in force from now on, each with how long a fetch
   * may take.
   */
  void watch(Map<KeySource, Duration> sources);

  /** How fresh the set of each of these sources is, by source. Any thread. */
  List<SharedKeySet> freshness();

  /** Stops; another one may follow in this process. */
  Future<Void> close();
}
