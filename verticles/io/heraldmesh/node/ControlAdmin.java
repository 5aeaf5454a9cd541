package io.heraldmesh.node;

import io.heraldmesh.admin.AdminParts;
import io.heraldmesh.admin.AdminSocket;
import io.heraldmesh.admin.AdminVerticle;
import io.heraldmesh.admin.Health;
import io.heraldmesh.admin.MeshView;
import io.heraldmesh.bus.AdminRefusals;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.RevisionHint;
import io.heraldmesh.bus.SharedKeySets;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.UsedCertificates.ReportsPage;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.distributor.Distribution;
import io.heraldmesh.distributor.source.AcceptedResources;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.store.Store;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What leads a control node's resources, from the folder and from the store, to its distributor,
 * and by which operators change and see them: the admin API on the bus and at {@code
 * stateDir/admin.sock}.
 */
public final class ControlAdmin implements AutoCloseable {
  public static final String SOCKET = "admin.sock";

  private final Foundation foundation;
  private final NodeConfig config;
  private final TrustDomain trustDomain;
  private final Store store;
  private final ControlPlane control;
  private final Distribution distribution;
  private final Resourcing resourcing;
  private final StoreFollower follower;
  private volatile @Nullable AdminVerticle serving;
  private @Nullable AdminSocket socket;

  ControlAdmin(
      Foundation foundation,
      NodeConfig config,
      TrustDomain trustDomain,
      Store store,
      ControlPlane control,
      Distribution distribution,
      Resourcing resourcing) {
    this.foundation = foundation;
    this.config = config;
    this.trustDomain = trustDomain;
    this.store = store;
    this.control = control;
    this.distribution = distribution;
    this.resourcing = resourcing;
    this.follower = new StoreFollower(foundation.vertx(), resourcing::look, store.shared());
  }

  /**
   * Puts the resources on their way; completes once changes are taken. Blocks for the database.
   *
   * @throws StartFailure when folder and store do not fit together
   */
  Future<Void> start() {
    AcceptedResources accepted = new AcceptedResources(store.resources());
    resourcing.leadTo(distribution, accepted, trustDomain);
    Future<Void> following = follower.start();
    return config.roles().contains(Role.ADMIN)
        ? following.compose(done -> serve(accepted))
        : following;
  }

  private Future<Void> serve(AcceptedResources accepted) {
    return foundation
        .vertx()
        .executeBlocking(() -> verticle(accepted), false)
        .compose(
            admin -> foundation.vertx().deployVerticle(admin).map(id -> open(admin)).mapEmpty());
  }

  private AdminVerticle verticle(AcceptedResources accepted) {
    RenewableIdentity identity = control.identity(HeraldRole.ADMIN, config.name());
    SignedBus bus = control.bus(identity);
    control.keepRenewed(bus, identity);
    return new AdminVerticle(
        bus,
        new AdminParts(
            store,
            new StoredRequests(foundation.vertx(), store.requests()),
            accepted,
            distribution,
            new View(),
            resourcing::folderInForce,
            trustDomain,
            follower::accepted,
            foundation.clock(),
            foundation.random(),
            () -> Fingerprint.of(control.root()).toString(),
            control.controlNodes()));
  }

  /**
   * For the door through which operators elsewhere come.
   *
   * @throws IllegalStateException when the admin API is not there yet, or this node has none
   */
  AdminRefusals refusals() {
    AdminVerticle admin = serving;
    if (admin == null) {
      throw new IllegalStateException("the admin API is not served");
    }
    return admin.refusals();
  }

  private AdminVerticle open(AdminVerticle admin) {
    serving = admin;
    Path folder = config.stateDir();
    if (folder != null) {
      try {
        socket =
            AdminSocket.open(
                folder.resolve(SOCKET), admin.server(), admin.refusals(), config.name());
      } catch (IOException e) {
        throw StartFailure.cannotStart("cannot open the admin socket: " + e.getMessage());
      }
    }
    return admin;
  }

  /** What this node's own distributor says. */
  private final class View implements MeshView {
    @Override
    public Future<MeshStatus> status() {
      return distribution.status();
    }

    @Override
    public Future<ReportsPage> reports(@Nullable String after) {
      return distribution.reports(after);
    }

    @Override
    public Future<SharedKeySets> keySets() {
      return distribution.keySets();
    }

    @Override
    public String problem() {
      Health.Condition condition = resourcing.condition();
      return condition.state() == Health.State.READY ? "" : condition.detail();
    }

    @Override
    public Future<Void> registrationTaken(String node) {
      return foundation
          .vertx()
          .executeBlocking(
              () -> {
                control.readRegistrations();
                return true;
              },
              false)
          .compose(
              read -> {
                RevisionHint.tell(foundation.vertx(), "registrations");
                return distribution.forget(node);
              });
    }
  }

  @Override
  public void close() {
    AdminSocket open = socket;
    if (open != null) {
      open.close();
    }
    AdminVerticle admin = serving;
    if (admin != null) {
      CountedRefusals.await(admin.writeCounted());
    }
    follower.close();
  }
}
