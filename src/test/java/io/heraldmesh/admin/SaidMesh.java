package io.heraldmesh.admin;

import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.MeshStatus.Left;
import io.heraldmesh.bus.MeshStatus.NodeStatus;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SharedKeySets;
import io.heraldmesh.bus.UsedCertificates.Reported;
import io.heraldmesh.bus.UsedCertificates.ReportsPage;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A distributor that has nothing to say but this; of reports one a page. */
record SaidMesh(Revision revision, List<NodeStatus> nodes, List<Left> left, List<Reported> said)
    implements MeshView {

  SaidMesh(Revision revision, List<NodeStatus> nodes, List<Reported> said) {
    this(revision, nodes, List.of(), said);
  }

  @Override
  public Future<MeshStatus> status() {
    return Future.succeededFuture(new MeshStatus(revision, null, nodes, left, List.of()));
  }

  @Override
  public Future<ReportsPage> reports(@Nullable String after) {
    int at = after == null ? 0 : Integer.parseInt(after);
    return Future.succeededFuture(
        at >= said.size()
            ? ReportsPage.NONE
            : new ReportsPage(List.of(said.get(at)), String.valueOf(at + 1)));
  }

  @Override
  public Future<SharedKeySets> keySets() {
    return Future.succeededFuture(SharedKeySets.NONE);
  }

  @Override
  public String problem() {
    return "";
  }

  @Override
  public Future<Void> registrationTaken(String node) {
    return Future.succeededFuture();
  }
}
