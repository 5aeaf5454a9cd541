package io.heraldmesh.distributor;

import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.EncodedSnapshot;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SignedRevision;
import io.heraldmesh.compile.CompiledMesh;
import io.heraldmesh.compile.MeshWorkload;
import io.heraldmesh.distributor.NodeRecord.Published;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.jwt.KeySource;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problems;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One run of the compiler, off the event loop, and the revision that its result got. */
final class Compilation {
  private final SignedBus bus;
  private final MeshSource source;
  private final Ledger ledger;
  private final EncodedSnapshots encoded = new EncodedSnapshots();

  /**
   * @param bus signs each revision
   */
  Compilation(SignedBus bus, MeshSource source, Ledger ledger) {
    this.bus = bus;
    this.source = source;
    this.ledger = ledger;
  }

  /**
   * @param nodes by name
   */
  record Input(Resources resources, List<MeshWorkload> workloads, Map<String, Node> nodes) {}

  /**
   * @param held what it should have by now; null: nothing yet
   * @param schemaLevel that it knows
   */
  record Node(@Nullable Published held, int schemaLevel) {}

  /**
   * @param changed by node, only what differs from what it should have had
   * @param revision of all nodes, also of those that nothing changed for; null: nothing differs, so
   *     there is no new one
   * @param stale see {@link CompiledMesh#stale}
   * @param problems what resources and announcements say about each other
   * @param keys see {@link CompiledMesh#keySources}
   */
  record Output(
      Map<String, Published> changed,
      @Nullable SignedRevision revision,
      Set<String> stale,
      List<String> problems,
      Map<KeySource, Duration> keys) {}

  /** What the compiler finds; no revision comes of it. Blocks for the compiler. */
  Problems check(Resources resources, List<MeshWorkload> workloads) {
    return source.compile(resources, workloads).problems();
  }

  /**
   * Blocks for the compiler, and for the revision to be on disk before anybody is given it. One run
   * at a time.
   */
  Output run(Input input) {
    CompiledMesh mesh = source.compile(input.resources(), input.workloads());
    Map<String, Integer> levels = new HashMap<>();
    input.nodes().forEach((name, node) -> levels.put(name, node.schemaLevel()));
    Map<String, EncodedSnapshot> changed = new HashMap<>();
    encoded
        .encode(mesh, levels)
        .forEach(
            (name, made) -> {
              Published held = Objects.requireNonNull(input.nodes().get(name)).held();
              if (held == null || !held.digest().equals(made.encoded().digest())) {
                changed.put(name, made.encoded());
              }
            });
    List<String> problems = mesh.problems().all().stream().map(Object::toString).toList();
    if (changed.isEmpty()) {
      return new Output(Map.of(), null, mesh.stale(), problems, mesh.keySources());
    }
    io.heraldmesh.store.Revision counted = ledger.next();
    Revision revision = new Revision(counted.epoch(), counted.number());
    Map<String, Published> published = new HashMap<>();
    changed.forEach((node, snapshot) -> published.put(node, new Published(revision, snapshot)));
    return new Output(
        published,
        signed(revision, input.nodes(), published),
        mesh.stale(),
        problems,
        mesh.keySources());
  }

  private SignedRevision signed(
      Revision revision, Map<String, Node> nodes, Map<String, Published> changed) {
    Map<SpiffeId, ByteString> digests = new HashMap<>();
    nodes.forEach(
        (name, node) -> {
          Published now = changed.getOrDefault(name, node.held());
          if (now != null) {
            digests.put(
                SpiffeId.herald(bus.self().trustDomain(), HeraldRole.NODE, name), now.digest());
          }
        });
    SignedRevision signed = new SignedRevision(revision, digests);
    signed.sign(bus);
    return signed;
  }
}
