package io.heraldmesh;

import io.heraldmesh.admin.AdminParts;
import io.heraldmesh.admin.AdminVerticle;
import io.heraldmesh.admin.MeshView;
import io.heraldmesh.bus.AdminNodes.AwaitRequest;
import io.heraldmesh.bus.AdminNodes.InForce;
import io.heraldmesh.bus.AdminResources.ApplyRequest;
import io.heraldmesh.bus.AdminResources.Expected;
import io.heraldmesh.bus.AdminResources.File;
import io.heraldmesh.bus.AdminResources.Key;
import io.heraldmesh.bus.AdminResources.Outcome;
import io.heraldmesh.bus.AdminResources.Target;
import io.heraldmesh.bus.AdminService;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.SharedKeySets;
import io.heraldmesh.bus.UsedCertificates.ReportsPage;
import io.heraldmesh.distributor.source.Acceptance;
import io.heraldmesh.distributor.source.AcceptedResources;
import io.heraldmesh.distributor.source.AcceptedResources.Accepted;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.node.StoredRequests;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.store.Registration;
import io.vertx.core.Future;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

/** A control path whose resources come from the store, and the admin API that changes them. */
abstract class AdminApi extends ControlPath {
  static final String STRICT_ONLY =
      """
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata: {name: default, namespace: shop}
      spec: {mtls: {mode: STRICT}}
      """;

  static final String PERMISSIVE = STRICT_ONLY.replace("STRICT", "PERMISSIVE");

  static final Key PEERS = new Key("security.istio.io/PeerAuthentication", "shop", "default");

  /** The same, as an operator may say it. */
  static final Target TARGET = new Target("peerauthentication", "shop", "default");

  final AcceptedResources accepted = new AcceptedResources(store.resources());

  /** Files of a watched folder, as far as they are in force. */
  volatile Resources folder = Resources.NONE;

  final AdminService operator = as(HeraldRole.OPERATOR, "ann");

  @BeforeEach
  void serveAdmin() {
    for (String row : List.of("n1 web", "n2 client")) {
      store
          .registrations()
          .add(
              new Registration(
                  row.substring(0, 2), "shop", row.substring(3), "test", clock.instant()));
    }
    Await.result(vertx.deployVerticle(admin()));
  }

  AdminVerticle admin() {
    return new AdminVerticle(
        mesh.bus(vertx, HeraldRole.ADMIN, "admin"),
        new AdminParts(
            store,
            new StoredRequests(vertx, store.requests()),
            accepted,
            distributor,
            new View(),
            () -> folder,
            TestAuthority.TD,
            revision -> lead(),
            clock,
            mesh.random(),
            () -> "sha256:00",
            Set.of("c1")));
  }

  /** False: what is accepted stays in the store, as while the distributor is busy or away. */
  volatile boolean distributing = true;

  /** Brings what is in the store on its way. */
  void lead() {
    if (!distributing) {
      return;
    }
    Accepted now = accepted.read();
    distributor.apply(now.resources(), Acceptance.text(now.snapshot().revision()));
  }

  private final class View implements MeshView {
    @Override
    public Future<MeshStatus> status() {
      return distributor.status();
    }

    @Override
    public Future<ReportsPage> reports(@Nullable String after) {
      return distributor.reports(after);
    }

    @Override
    public Future<SharedKeySets> keySets() {
      return distributor.keySets();
    }

    @Override
    public String problem() {
      return "";
    }

    @Override
    public Future<Void> registrationTaken(String node) {
      return distributor.forget(node);
    }
  }

  AdminService as(HeraldRole role, String name) {
    return AdminService.over(mesh.bus(vertx, role, name));
  }

  static ApplyRequest request(String yaml, Expected... expected) {
    return new ApplyRequest(List.of(new File("mesh.yaml", yaml)), List.of(expected), false);
  }

  Outcome apply(String yaml, Expected... expected) {
    return Await.result(operator.apply(request(yaml, expected))).outcome();
  }

  Outcome dryRun(String yaml) {
    return Await.result(
            operator.apply(new ApplyRequest(List.of(new File("mesh.yaml", yaml)), List.of(), true)))
        .outcome();
  }

  InForce inForce(Outcome.Applied applied) {
    return Await.result(operator.awaitInForce(new AwaitRequest(applied.revision(), 3000)));
  }

  /** Both nodes up, and in force what is in the store. */
  void upWithStore() {
    lead();
    Await.result(web.subscriber.start());
    Await.result(client.subscriber.start());
    Await.result(web.subscriber.first());
    Await.result(client.subscriber.first());
    Await.until("all in force", () -> Await.result(distributor.status()).inForce() == 2);
  }
}
