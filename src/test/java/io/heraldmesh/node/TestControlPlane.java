package io.heraldmesh.node;

import io.heraldmesh.TestAuthority;
import io.heraldmesh.ca.AuthorityFiles;
import io.heraldmesh.ca.AuthorityInForce;
import io.heraldmesh.ca.RootsNumber;
import io.heraldmesh.ca.RotationPace;
import io.heraldmesh.store.Store;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** The control plane of the node c1, whose authority no files stand behind. */
final class TestControlPlane {
  private TestControlPlane() {}

  /**
   * @param names of all control nodes, c1 too
   */
  static ControlPlane of(
      Vertx bus,
      TestAuthority mesh,
      Store store,
      Set<String> names,
      Duration leafLifetime,
      InstantSource clock) {
    return new ControlPlane(
        bus,
        new AuthorityInForce(
            new AuthorityFiles(List.of(), mesh::authority),
            RotationPace.ALONE,
            clock,
            System::nanoTime,
            next -> {},
            new RootsNumber(null)),
        store,
        "c1",
        names,
        leafLifetime,
        mesh.crypto(),
        clock,
        mesh.random());
  }
}
