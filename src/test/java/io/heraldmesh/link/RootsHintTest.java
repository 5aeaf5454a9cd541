package io.heraldmesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.MemoryOnceOnly;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.RootsHint;
import io.heraldmesh.credentials.NodeCredentials;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.link.proto.FromControl;
import io.vertx.core.Future;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Attached nodes hear of other roots at once, over a real link and signed answers. */
class RootsHintTest {
  private final LinkFixture mesh = new LinkFixture();
  private final LinkFixture.Control control = mesh.control(0);
  private final X509Certificate first = mesh.mesh.bundle().of(TestAuthority.TD).getFirst();
  private final X509Certificate second =
      new TestAuthority(mesh.clock).bundle().of(TestAuthority.TD).getFirst();
  private volatile CaService.NumberedRoots roots = numbered(1, first, second);

  RootsHintTest() {
    Await.result(
        CaService.serve(
            mesh.bus(control, HeraldRole.CA),
            new MemoryOnceOnly(),
            new CaService.Server() {
              @Override
              public Future<CaService.Issued> issue(SpiffeId caller, CaService.IssueRequest asked) {
                return Future.failedFuture("not here");
              }

              @Override
              public Future<CaService.Roots> roots(SpiffeId caller) {
                return Future.failedFuture("not asked by this version");
              }

              @Override
              public Future<CaService.NumberedRoots> numberedRoots(SpiffeId caller) {
                return Future.succeededFuture(roots);
              }

              @Override
              public Future<CaService.EpochSigned> epoch(
                  SpiffeId caller, CaService.EpochRequest asked) {
                return Future.failedFuture("not here");
              }
            }));
    Await.result(RootsHint.hear(control.vertx(), control.links()::rootsChanged));
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  @Test
  void aRootThatIsWithdrawnIsNotBelievedByAttachedNodesASecondLater() {
    LinkFixture.Attaching node = mesh.node("n1", control.address());
    NodeCredentials credentials =
        new NodeCredentials(
            node.vertx(),
            CaService.over(node.bus()),
            node.identity(),
            Set.of(),
            null,
            mesh.mesh.crypto(),
            mesh.clock,
            mesh.mesh.random());
    node.link().onAttached(credentials::reachable);
    node.link().onRootsChanged(credentials::rootsChanged);
    Await.until("asked when attached", () -> credentials.current().bundle().equals(roots.bundle()));

    roots = numbered(2, first);
    RootsHint.tell(control.vertx());

    Await.until(
        Duration.ofSeconds(2),
        "withdrawn",
        () -> node.identity().bundle().of(TestAuthority.TD).equals(List.of(first)));
    assertThat(node.link().status().attached()).isTrue();
  }

  /** It would end the stream for a message that it does not know. */
  @Test
  void aNodeOfTheVersionBeforeIsNotTold() {
    RawLink before =
        new RawLink(mesh, mesh.vertx(), mesh.mesh.svid(HeraldRole.NODE, "n1"), control.address());
    before.hello().greeted();
    RootsHint.tell(control.vertx());
    before.ask(7, "herald.elsewhere", new byte[0]).answer(7);

    assertThat(before.received).noneMatch(FromControl::hasHint);
  }

  private static CaService.NumberedRoots numbered(long number, X509Certificate... trusted) {
    return new CaService.NumberedRoots(
        new TrustBundle(Map.of(TestAuthority.TD, List.of(trusted))), number);
  }
}
