package io.heraldmesh.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.heraldmesh.bus.AdminResources.HistoryPage;
import io.heraldmesh.bus.AdminResources.Key;
import io.heraldmesh.bus.AdminResources.Past;
import io.heraldmesh.bus.AdminResources.Target;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.store.ApplyResult;
import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.ResourceChange;
import io.heraldmesh.store.ResourceChange.Expected;
import io.heraldmesh.store.ResourceKey;
import io.heraldmesh.store.ResourceRepository;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoredResource;
import io.heraldmesh.store.sql.SqliteStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is found in the store, over a real one. */
class ResourceCatalogTest {
  private static final String PEERS = "security.istio.io/PeerAuthentication";
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  private final Store store = SqliteStore.inMemory();
  private final AtomicInteger reads = new AtomicInteger();
  private final ResourceCatalog catalog =
      new ResourceCatalog(new Counted(store.resources(), reads), () -> Resources.NONE);

  @AfterEach
  void close() {
    store.close();
  }

  private void write(String namespace, String name, @Nullable String content) {
    ResourceChange change =
        new ResourceChange(new ResourceKey(PEERS, namespace, name), content, new Expected.Any());
    assertThat(store.resources().apply(List.of(change), "the test", NOW)).isNotNull();
  }

  @Test
  void anyNumberIsFoundInOneReadingOfTheStore() {
    write("shop", "a", "spec: {}");
    write("default", "b", "spec: {}");
    write("other", "c", "spec: {}");
    Target a = new Target("peerauthentications", "shop", "a");
    Target b = new Target(PEERS, null, "b");
    List<Target> all =
        Stream.concat(
                Stream.of(a, b, new Target(PEERS, "shop", "c"), new Target("Service", null, "b")),
                IntStream.range(0, 996).mapToObj(i -> new Target(PEERS, "shop", "none-" + i)))
            .toList();

    assertThat(catalog.find(all))
        .containsOnly(
            entry(a, new ResourceKey(PEERS, "shop", "a")),
            entry(b, new ResourceKey(PEERS, "default", "b")));
    assertThat(reads).hasValue(1);
  }

  @Test
  void theHistoryOfOneThatWasDeletedIsFoundWithoutTheNamespaceDefault() {
    write("default", "a", "spec: {}");
    write("default", "a", null);
    write("", "b", "spec: {}");
    write("", "b", null);
    write("default", "b", "spec: {}");
    write("default", "b", null);

    assertThat(history(new Target(PEERS, null, "a"), null))
        .extracting(Past::key)
        .containsOnly(new Key(PEERS, "default", "a"))
        .hasSize(2);
    assertThat(history(new Target(PEERS, null, "b"), null))
        .as("of no namespace, as it is found while it is there")
        .extracting(Past::key)
        .containsOnly(new Key(PEERS, "", "b"))
        .hasSize(2);
    assertThat(history(new Target(PEERS, "shop", "a"), null)).isEmpty();
    assertThat(history(new Target(PEERS, null, "c"), null)).isEmpty();
  }

  @Test
  void itsPagesAreOfOneResourceToTheEnd() {
    write("", "b", "spec: {}");
    write("default", "b", "spec: {}");
    write("", "b", null);
    write("default", "b", null);
    Target b = new Target(PEERS, null, "b");
    HistoryPage first = catalog.history(b, null, 1);
    Revision last =
        store.resources().history(new ResourceKey(PEERS, "", "b"), 9).getLast().revision();

    assertThat(first.next()).isNotNull();
    assertThat(history(b, last)).as("before its first").isEmpty();
  }

  private List<Past> history(Target target, @Nullable Revision before) {
    return catalog.history(target, before, 10).versions();
  }

  /** Counts how often all of it is read. */
  private record Counted(ResourceRepository store, AtomicInteger reads)
      implements ResourceRepository {
    @Override
    public Snapshot all() {
      reads.incrementAndGet();
      return store.all();
    }

    @Override
    public ApplyResult apply(List<ResourceChange> changes, String changedBy, Instant now) {
      return store.apply(changes, changedBy, now);
    }

    @Override
    public Optional<ApplyResult> applyAt(
        Snapshot basis,
        List<ResourceChange> changes,
        String changedBy,
        Instant now,
        Function<ApplyResult, @Nullable AuditEvent> audit) {
      return store.applyAt(basis, changes, changedBy, now, audit);
    }

    @Override
    public ApplyResult dryRun(List<ResourceChange> changes) {
      return store.dryRun(changes);
    }

    @Override
    public Optional<StoredResource> get(ResourceKey key) {
      return store.get(key);
    }

    @Override
    public Revision newest() {
      return store.newest();
    }

    @Override
    public List<StoredResource> history(ResourceKey key, @Nullable Revision before, int most) {
      return store.history(key, before, most);
    }
  }
}
