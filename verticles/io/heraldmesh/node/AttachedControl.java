package io.heraldmesh.node;

import io.heraldmesh.admin.Health;
import io.heraldmesh.admin.Health.Condition;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.UsedCertificates.UsedReport;
import io.heraldmesh.credentials.Keeping;
import io.heraldmesh.credentials.KeptLeaves;
import io.heraldmesh.credentials.NodeCredentials;
import io.heraldmesh.credentials.NodeIdentity;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.credentials.SealedState;
import io.heraldmesh.credentials.UseReporter;
import io.heraldmesh.distributor.Distribution;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.jwks.KeySetService;
import io.heraldmesh.link.LinkClient;
import io.heraldmesh.link.LinkStatus;
import io.heraldmesh.node.NodeConfig.AttachedConfig;
import io.heraldmesh.proxy.KeptSnapshot;
import io.heraldmesh.proxy.SnapshotSubscriber;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problems;
import io.vertx.core.Future;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A control plane elsewhere, reached over a link; what the node holds good outlives it, and a
 * restart of the node.
 */
final class AttachedControl implements NodeControl {
  private static final Logger LOG = LoggerFactory.getLogger(AttachedControl.class);

  private final Foundation foundation;
  private final NodeConfig config;
  private final NodeIdentity files;
  private final RenewableIdentity identity;
  private final Keeping keeping;
  private final SealedState sealed;
  private final KeptSnapshot kept;
  private final LinkClient link;
  private final SignedBus bus;
  private volatile NodeIdentity.Held newest;

  /**
   * @throws StartFailure when the node has not joined, or what it got does not fit its file
   */
  AttachedControl(Foundation foundation, NodeConfig config, AttachedConfig attached) {
    this.foundation = foundation;
    this.config = config;
    Path state = Objects.requireNonNull(config.stateDir());
    this.files = NodeIdentity.in(state);
    NodeIdentity.Held held = held();
    this.identity = new RenewableIdentity(held);
    this.newest = held;
    this.keeping =
        new Keeping(
            foundation.vertx(),
            "the newest identity of this node is not on disk, a restart will show the one before",
            this::write);
    identity.onChange(this::keep);
    Path folder = state.resolve(SealedState.FOLDER);
    try {
      this.sealed = new SealedState(folder, foundation.random());
    } catch (IOException e) {
      throw StartFailure.cannotStart("cannot use " + folder + ": " + e.getMessage());
    }
    this.kept = new KeptSnapshot(sealed);
    this.link =
        new LinkClient(
            foundation.vertx(),
            identity,
            foundation.crypto(),
            foundation.clock(),
            foundation.random(),
            attached.to().stream()
                .map(to -> SocketAddress.inetSocketAddress(to.port(), to.host()))
                .toList(),
            SchemaLevel.NEWEST,
            String.valueOf(AttachedControl.class.getPackage().getImplementationVersion()),
            foundation.meters());
    this.bus =
        new SignedBus(
            foundation.vertx(),
            identity,
            foundation.crypto(),
            foundation.clock(),
            foundation.random(),
            LinkClient.ANSWER_WITHIN);
  }

  private NodeIdentity.Held held() {
    NodeIdentity.Held held;
    try {
      held =
          files
              .load(foundation.crypto())
              .orElseThrow(
                  () ->
                      StartFailure.cannotStart(
                          "this node has no identity in "
                              + files.folder()
                              + "; run herald join with a token of the control plane"));
    } catch (InvalidCertificate e) {
      throw StartFailure.cannotStart(String.valueOf(e.getMessage()));
    }
    SpiffeId wanted =
        SpiffeId.herald(held.svid().id().trustDomain(), HeraldRole.NODE, config.name());
    TrustDomain domain = config.trustDomain();
    if (!held.svid().id().equals(wanted)
        || domain != null && !domain.equals(wanted.trustDomain())) {
      throw StartFailure.cannotStart(
          "the identity in "
              + files.folder()
              + " is "
              + held.svid().id()
              + ", but the node file is of "
              + wanted
              + (domain == null ? "" : " in trust domain " + domain)
              + "; correct the file or join again");
    }
    if (!held.valid(foundation.clock().instant())) {
      LOG.warn("the node's own certificate is not valid now; join again if it stays so");
    }
    return held;
  }

  private void keep(NodeIdentity.Held now) {
    newest = now;
    keeping.changed();
  }

  private void write() throws IOException {
    files.store(newest);
  }

  TrustDomain trustDomain() {
    return identity.svid().id().trustDomain();
  }

  @Override
  public Future<Void> start() {
    return link.start();
  }

  @Override
  public void report(Health health) {
    health.register("link", this::condition);
    health.register("snapshot", this::snapshot);
  }

  /** Whether a restart without a control node would have what is in force. */
  private Condition snapshot() {
    String problem = kept.problem();
    return problem == null ? Condition.OK : Condition.degraded(problem);
  }

  private Condition condition() {
    String told =
        Stream.concat(unlinked().stream(), Stream.ofNullable(keeping.problem()))
            .collect(Collectors.joining("; "));
    return told.isEmpty() ? Condition.OK : Condition.degraded(told);
  }

  private Optional<String> unlinked() {
    LinkStatus now = link.status();
    if (!now.attached()) {
      return Optional.of(
          "not attached to a control node, what is in force stays: " + now.lastError());
    }
    return now.unanswered() == null
        ? Optional.empty()
        : Optional.of(
            "attached to "
                + now.control()
                + ", but nobody answers at "
                + now.unanswered()
                + ", what is in force stays");
  }

  @Override
  public Future<Void> lead(Resourcing resourcing) {
    throw new IllegalStateException("an attached node has no resources");
  }

  @Override
  public Distribution distribution() {
    return new Elsewhere();
  }

  @Override
  public ServiceNode services(OwnListeners own) {
    NodeCredentials enrolled =
        new NodeCredentials(
            foundation.vertx(),
            CaService.over(bus),
            identity,
            ServiceNode.enrolling(config),
            config.leafLifetime(),
            foundation.crypto(),
            foundation.clock(),
            foundation.random(),
            new KeptLeaves(sealed));
    enrolled.identityRenewal().renewUnlessAsWished();
    link.onAttached(enrolled::reachable);
    link.onRootsChanged(enrolled::rootsChanged);
    KeySetService keys = NodeKeySets.from(bus, foundation, sealed);
    link.onAttached(keys::reachable);
    return new ServiceNode(
        foundation,
        config,
        trustDomain(),
        (vertx, workloads, consumer) -> {
          SnapshotSubscriber subscriber =
              new SnapshotSubscriber(
                  vertx, bus, workloads, foundation.clock(), consumer, kept, SchemaLevel.NEWEST);
          link.onAttached(subscriber::reattached);
          return subscriber;
        },
        keys,
        enrolled,
        own);
  }

  @Override
  public Optional<UseReporter> reporter(Supplier<UsedReport> proxys) {
    UseReporter reporter =
        new UseReporter(
            foundation.vertx(), DistributorService.over(bus), proxys, foundation.random());
    link.onAttached(reporter::again);
    return Optional.of(reporter);
  }

  @Override
  public void close() {
    link.close();
    keeping.close();
  }

  /** Resources are given to the control plane, not to this node. */
  private static final class Elsewhere implements Distribution {
    @Override
    public Future<Revision> apply(Resources resources, @Nullable String stored) {
      return elsewhere();
    }

    @Override
    public Future<Problems> check(Resources resources) {
      return elsewhere();
    }

    @Override
    public Future<Void> reject(String problem) {
      return elsewhere();
    }

    @Override
    public Future<MeshStatus> status() {
      return Future.succeededFuture(new MeshStatus(null, null, List.of(), List.of()));
    }

    private static <T> Future<T> elsewhere() {
      return Future.failedFuture(new IllegalStateException("ask a control node"));
    }
  }
}
