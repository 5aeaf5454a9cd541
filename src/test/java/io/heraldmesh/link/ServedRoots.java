package io.heraldmesh.link;

import io.heraldmesh.Await;
import io.heraldmesh.MemoryOnceOnly;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.Future;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;

/**
 * A control node that tells its roots over links, and nodes that attach to it, over real mutual
 * TLS.
 */
abstract class ServedRoots {
  static final String CA = "herald.ca";

  final LinkFixture mesh = new LinkFixture();
  final LinkFixture.Control control = mesh.control(0);
  final List<SpiffeId> callers = new CopyOnWriteArrayList<>();

  ServedRoots() {
    serveRoots(control);
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  void serveRoots(LinkFixture.Control at) {
    Await.result(
        CaService.serve(
            mesh.bus(at, HeraldRole.CA),
            new MemoryOnceOnly(),
            new CaService.Server() {
              @Override
              public Future<CaService.Issued> issue(SpiffeId caller, CaService.IssueRequest asked) {
                return Future.failedFuture("not here");
              }

              @Override
              public Future<CaService.Roots> roots(SpiffeId caller) {
                callers.add(caller);
                return Future.succeededFuture(new CaService.Roots(mesh.mesh.bundle()));
              }

              @Override
              public Future<CaService.EpochSigned> epoch(
                  SpiffeId caller, CaService.EpochRequest asked) {
                return Future.failedFuture("not here");
              }
            }));
  }

  /** Whoever asks for a snapshot gets this one. */
  void serveSnapshot(LinkFixture.Control at, ByteString frame) {
    DistributorService.Server serving =
        (DistributorService.Server)
            Proxy.newProxyInstance(
                ServedRoots.class.getClassLoader(),
                new Class<?>[] {DistributorService.Server.class},
                (proxy, method, arguments) ->
                    Future.succeededFuture(new DistributorService.Fetched(frame)));
    Await.result(DistributorService.serve(mesh.bus(at, HeraldRole.CONFIG), serving));
  }

  LinkFixture.Attaching attached(String name) {
    LinkFixture.Attaching node = mesh.node(name, control.address());
    LinkFixture.attached(node);
    return node;
  }

  RawLink raw(String name) {
    return new RawLink(
        mesh, mesh.vertx(), mesh.mesh.svid(HeraldRole.NODE, name), control.address());
  }

  static String roots(LinkFixture.Attaching node) {
    return Await.result(CaService.over(node.bus()).roots()).bundle().digest();
  }

  static BusFailure failure(Future<?> future) {
    return ((BusException) Await.failure(future)).failure();
  }
}
