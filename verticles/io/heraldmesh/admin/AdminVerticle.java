package io.heraldmesh.admin;

import io.heraldmesh.bus.AdminRefusals;
import io.heraldmesh.bus.AdminService;
import io.heraldmesh.bus.OnceOnly;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.distributor.source.Acceptance;
import io.heraldmesh.distributor.source.WholeCheck;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The admin API on the bus, and for local connections. */
public final class AdminVerticle extends VerticleBase {
  private static final long FLUSH_MILLIS = 10_000;

  private final SignedBus bus;
  private final OnceOnly once;
  private final AuditTrail audit;
  private final AdminDesk desk;
  private SignedBus.@Nullable Registration registration;

  /**
   * @param bus of an identity with the role admin
   */
  public AdminVerticle(SignedBus bus, AdminParts parts) {
    this.bus = bus;
    this.once = parts.once();
    this.audit = new AuditTrail(parts.store().audit(), parts.clock());
    ResourceCatalog catalog = new ResourceCatalog(parts.store().resources(), parts.folder());
    Acceptance acceptance =
        new Acceptance(
            parts.accepted(),
            new WholeCheck(
                parts.folder(), parts.distribution(), parts.trustDomain(), parts.store().audit()),
            parts.clock(),
            parts.changed());
    HeldCertificates issued = new HeldCertificates(parts.store().issuanceLog(), parts.clock());
    this.desk =
        new AdminDesk(
            parts.store(),
            new ResourceDesk(acceptance, catalog, audit),
            catalog,
            parts.mesh(),
            issued,
            new CertificatesInUse(
                new MeshAnswers(parts.mesh()), parts.store(), issued, parts.clock()),
            new TokenDesk(
                parts.store().tokens(), audit, parts.clock(), parts.random(), parts.pin()),
            new NodeDesk(parts.store(), parts.controlNodes(), audit, parts.clock()),
            audit);
  }

  /** The same for callers that do not come by the bus. */
  public AdminService.Server server() {
    return desk;
  }

  /** True: nodes may ask for {@code operation} too, and are shown themselves only. */
  public static boolean answersNodes(String operation) {
    return AdminRights.areOfNodes(operation);
  }

  /** For those who refuse requests before they come to {@link #server}, or to the bus. */
  public AdminRefusals refusals() {
    return (actor, asked, detail) ->
        audit.refused(actor, AdminRights.known(asked), AdminService.ADDRESS, detail);
  }

  /** Writes how often refusals repeated that were only counted so far. For a node that stops. */
  public CompletableFuture<Void> writeCounted() {
    return audit.flush(true);
  }

  /** Completes once it is answered on the bus. */
  @Override
  public Future<?> start() {
    vertx.setPeriodic(FLUSH_MILLIS, tick -> audit.flush(false));
    return AdminService.serve(bus, once, desk).onSuccess(r -> registration = r);
  }

  @Override
  public Future<?> stop() {
    Future<Void> closed = registration == null ? Future.succeededFuture() : registration.close();
    return closed.compose(
        done -> Future.fromCompletionStage(audit.flush(true), vertx.getOrCreateContext()));
  }
}
