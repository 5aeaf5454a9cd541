package io.heraldmesh.proxy;

import io.heraldmesh.credentials.CredentialSource;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.proxy.log.AccessLog;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;

/** The data path of one node: its listeners, what they enforce, what they may call. */
public final class DataPath {

  public DataPath(
      Vertx vertx,
      ProxySettings settings,
      CredentialSource credentials,
      Supplier<KeySets> keySets,
      Crypto crypto,
      MeterRegistry meters,
      AccessLog accessLog,
      InstantSource clock) {}

  /**
   * Binds every listener; fails, naming address and field, when one cannot be bound, and then
   * leaves none open. Until a snapshot and leaves are there, every connection is refused.
   */
  public Future<List<Bound>> open() {
    return Future.failedFuture(new UnsupportedOperationException("the data path is not here yet"));
  }

  /** Puts {@code snapshot} in force, whole, for every new request. Thread-safe. */
  public void apply(NodeSnapshot snapshot) {}

  /** A snapshot is in force and every workload has a leaf. Thread-safe. */
  public boolean inForce() {
    return false;
  }

  /**
   * Stops accepting, lets what runs finish, and closes what is left after {@code deadline}.
   * Completes when nothing is open any more.
   */
  public Future<Void> drain(Duration deadline) {
    return Future.succeededFuture();
  }
}
