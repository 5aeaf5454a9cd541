package io.heraldmesh.jwks;

import io.heraldmesh.jwt.KeySource;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes {@link KeptSets} on worker threads. What is written is written in order: an
 * older set must not come over a newer one. Any thread; nothing blocks.
 */
final class Shelving {
  private final WorkerExecutor workers;
  private final KeptSets kept;
  private volatile boolean closed;

  Shelving(WorkerExecutor workers, KeptSets kept) {
    this.workers = workers;
    this.kept = kept;
  }

  /** What was kept of this source, with null for nothing that can be used. */
  Future<@Nullable HeldKeys> read(KeySource source) {
    return workers.executeBlocking(() -> kept.read(source), /* ordered= */ false);
  }

  /** Completes with whether it is there; what comes after {@link #close} is not. */
  Future<Boolean> write(KeySource source, HeldKeys keys) {
    return inOrder(to -> to.write(source, keys.json(), keys.fetched()));
  }

  /** Drops what is kept for any other source. */
  void keepOnly(Collection<KeySource> sources) {
    List<KeySource> named = List.copyOf(sources);
    inOrder(
        to -> {
          to.keepOnly(named);
          return true;
        });
  }

  private Future<Boolean> inOrder(Predicate<KeptSets> work) {
    return closed
        ? Future.succeededFuture(false)
        : workers.executeBlocking(() -> work.test(kept), /* ordered= */ true);
  }

  /** Completes once all is written; nothing is written after it. */
  Future<Void> close() {
    closed = true;
    return workers.executeBlocking(() -> true, /* ordered= */ true).mapEmpty();
  }
}
