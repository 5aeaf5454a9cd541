package io.heraldmesh.jwks;

import io.heraldmesh.jwt.KeySource;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
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

  void write(KeySource source, HeldKeys keys) {
    inOrder(to -> to.write(source, keys.json(), keys.fetched()));
  }

  /** Drops what is kept for any other source. */
  void keepOnly(Collection<KeySource> sources) {
    List<KeySource> named = List.copyOf(sources);
    inOrder(to -> to.keepOnly(named));
  }

  private void inOrder(Consumer<KeptSets> work) {
    if (!closed) {
      workers.executeBlocking(
          () -> {
            work.accept(kept);
            return true;
          },
          /* ordered= */ true);
    }
  }

  /** Completes once all is written; nothing is written after it. */
  Future<Void> close() {
    closed = true;
    return workers.executeBlocking(() -> true, /* ordered= */ true).mapEmpty();
  }
}
