package io.heraldmesh.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.bus.AdminNodes.Node;
import io.heraldmesh.bus.AdminNodes.Status;
import io.heraldmesh.bus.MeshStatus.Left;
import io.heraldmesh.bus.MeshStatus.NodeStatus;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an operator is told of nodes that are not heard of. */
class StaleNodesTest {
  private static final Instant SEEN = Instant.parse("2030-01-01T00:00:00Z");
  private static final Revision REVISION = new Revision(1, 7);

  private final Store store = SqliteStore.inMemory();

  @AfterEach
  void close() {
    store.close();
  }

  private static NodeStatus node(
      String name,
      boolean acknowledged,
      @Nullable Instant lastSeen,
      boolean silent,
      boolean stale) {
    return new NodeStatus(
        name,
        REVISION,
        acknowledged ? REVISION : null,
        acknowledged,
        null,
        lastSeen,
        silent,
        stale);
  }

  private Status status(NodeStatus... nodes) throws Exception {
    MeshView mesh = new SaidMesh(REVISION, List.of(nodes), List.of());
    return new NodeViews(mesh, store, () -> store.resources().newest())
        .summary(new CertificatesInUse.View(List.of(), List.of()));
  }

  @Test
  void whoseEndpointsAreStillCalledIsNamedAlsoWhenItLagsInNothing() throws Exception {
    Status status =
        status(
            node("a", true, SEEN, false, false),
            node("b", true, SEEN, true, true),
            node("c", true, SEEN, true, false));
    assertThat(status.stale()).extracting(Node::name).containsExactly("b");
    assertThat(status.laggards()).isEmpty();
  }

  @Test
  void sinceWhenOneIsSilentIsToldInMillisecondsAsEveryTimeIs() throws Exception {
    assertThat(status(node("a", false, SEEN.plusNanos(1), true, false)).laggards())
        .extracting(Node::reason)
        .containsExactly(
            "silent since 2030-01-01T00:00:00.000Z; has not said that 1.7 is in force");
    MeshView mesh = new SaidMesh(REVISION, List.of(), List.of(new Left("b", SEEN)), List.of());
    store.registrations().add(new Registration("b", "shop", "web", "the test", SEEN));
    NodeViews views = new NodeViews(mesh, store, () -> store.resources().newest());
    assertThat(views.page(null, null, false, 9).nodes().getFirst().reason())
        .startsWith("took its leave at 2030-01-01T00:00:00.000Z; ");
  }

  @Test
  void whoHasOnlySpokenToADistributorBeforeIsNamedSo() throws Exception {
    Status status = status(node("a", false, null, false, false));
    assertThat(status.laggards())
        .singleElement()
        .extracting(Node::reason)
        .asString()
        .startsWith("not heard of since this control plane started");
  }
}
