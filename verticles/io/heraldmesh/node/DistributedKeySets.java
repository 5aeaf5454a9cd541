package io.heraldmesh.node;

import io.heraldmesh.bus.SharedKeySets.SharedKeySet;
import io.heraldmesh.distributor.KeySharing;
import io.heraldmesh.jwks.MeshKeySets;
import io.heraldmesh.jwt.KeySource;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The mesh's key sets as the distributor starts, tells and stops them. */
record DistributedKeySets(MeshKeySets keys) implements KeySharing {
  @Override
  public Future<Void> start() {
    return keys.start();
  }

  @Override
  public void watch(Map<KeySource, Duration> sources) {
    keys.watch(sources);
  }

  @Override
  public List<SharedKeySet> freshness() {
    return keys.health().stream()
        .map(
            one ->
                new SharedKeySet(
                    one.source(),
                    one.keys(),
                    one.lastSuccess(),
                    one.kept(),
                    one.failures(),
                    one.failing(),
                    one.lastError()))
        .toList();
  }

  @Override
  public Future<Void> close() {
    return keys.close();
  }
}
