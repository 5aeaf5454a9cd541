package io.heraldmesh.distributor.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.distributor.source.AcceptedResources.Accepted;
import io.heraldmesh.store.ResourceChange;
import io.heraldmesh.store.ResourceChange.Expected;
import io.heraldmesh.store.ResourceKey;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a control node knows of a store that another one writes to. */
class AcceptedResourcesTest {
  private static final String PEERS =
      """
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata: {name: %s, namespace: shop}
      spec: {mtls: {mode: STRICT}}
      """;

  private final Store store = SqliteStore.inMemory();
  private final AcceptedResources accepted = new AcceptedResources(store.resources());

  @AfterEach
  void close() {
    store.close();
  }

  private void write(String name, @Nullable String content) {
    ResourceKey key = new ResourceKey("security.istio.io/PeerAuthentication", "shop", name);
    store
        .resources()
        .apply(
            List.of(new ResourceChange(key, content, new Expected.Any())),
            "ann",
            Instant.parse("2030-01-01T00:00:00Z"));
  }

  @Test
  void whatCameAndWentBetweenTwoLooksIsANewRevision() {
    write("a", PEERS.formatted("a"));
    Accepted first = accepted.read(Accepted.NONE);
    write("b", PEERS.formatted("b"));
    write("b", null);
    Accepted second = accepted.read(first);

    assertThat(second.stored()).isEqualTo(first.stored());
    assertThat(second.snapshot().revision())
        .as("whoever deleted it waits until this one is in force")
        .isEqualTo(store.revisions().current())
        .isGreaterThan(first.snapshot().revision());
    assertThat(second.newest()).isEqualTo(store.revisions().current());
  }

  @Test
  void nothingIsReadAgainForARevisionWithoutAChange() {
    assertThat(accepted.read(Accepted.NONE)).isSameAs(Accepted.NONE);
    write("a", PEERS.formatted("a"));
    Accepted first = accepted.read(Accepted.NONE);
    assertThat(accepted.read(first)).isSameAs(first);
    store.revisions().next();
    write("a", PEERS.formatted("a"));
    assertThat(accepted.read(first)).isSameAs(first);
    assertThat(accepted.read(Accepted.NONE)).as("by what was read last").isSameAs(first);
  }
}
