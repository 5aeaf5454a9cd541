package io.heraldmesh.distributor;

import io.heraldmesh.compile.MeshWorkload;
import io.heraldmesh.store.Store;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The mesh's workloads as the one that leads keeps them in the database. Any thread; blocks. */
final class RememberedWorkloads {
  /** How old they may be by which a change is checked where another one leads. */
  private static final Duration GOOD_FOR = Duration.ofSeconds(1);

  private final Store store;
  private @Nullable Read last;

  private record Read(List<MeshWorkload> workloads, long nanos) {}

  RememberedWorkloads(Store store) {
    this.store = store;
  }

  synchronized List<MeshWorkload> now() {
    Read known = last;
    if (known == null || System.nanoTime() - known.nanos() > GOOD_FOR.toNanos()) {
      known = new Read(announced(), System.nanoTime());
      last = known;
    }
    return known.workloads();
  }

  private List<MeshWorkload> announced() {
    return store.announcements().all().stream()
        .flatMap(
            node ->
                NodeMemory.announcement(node).stream()
                    .flatMap(
                        said ->
                            AnnouncedWorkloads.of(
                                node.node(), said.workloads(), node.lostAt() != null)
                                .stream()))
        .toList();
  }
}
