package io.heraldmesh.node;

import io.heraldmesh.admin.AdminVerticle;
import io.heraldmesh.admin.Health;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.RootsHint;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.UsedCertificates.Used;
import io.heraldmesh.bus.UsedCertificates.UsedReport;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.credentials.NodeCredentials;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.credentials.UseReporter;
import io.heraldmesh.distributor.Distribution;
import io.heraldmesh.distributor.DistributorVerticle;
import io.heraldmesh.distributor.LedDistribution;
import io.heraldmesh.distributor.Ledger;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.jwks.KeySourceHealth;
import io.heraldmesh.jwks.MeshKeySets;
import io.heraldmesh.link.AdminDoor;
import io.heraldmesh.link.Admission;
import io.heraldmesh.link.ControlMethod;
import io.heraldmesh.link.LinkServer;
import io.heraldmesh.node.NodeConfig.ClusterConfig;
import io.heraldmesh.node.NodeConfig.ControlConfig;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.SnapshotSubscriber;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.heraldmesh.store.Store;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The whole control plane in the node's own process: authority, database, distributor. Alone, or as
 * a member of a cluster, in which every authority answers and one distributor does.
 */
final class EmbeddedControl implements NodeControl {
  /** Nodes that are let in: a handshake costs a millisecond or so. */
  private static final double ADMITTED_A_SECOND = 250;

  private static final int ADMITTED_AT_ONCE = 100;

  /** What is let in within 15 s: a node that connects gives up after 20 s. */
  private static final int MOST_WAITING = (int) (15 * ADMITTED_A_SECOND);

  private final Foundation foundation;
  private final NodeConfig config;
  private final TrustDomain trustDomain;
  private final ControlState state;
  private final @Nullable Membership membership;
  private @Nullable ControlPlane control;
  private @Nullable Distribution distribution;
  private @Nullable LedDistribution led;
  private @Nullable RenewableIdentity configIdentity;
  private @Nullable SignedBus configBus;
  private @Nullable ControlPort port;
  private volatile @Nullable MeshKeySets meshKeys;
  private @Nullable LinkServer links;
  private @Nullable ControlEnrolment enrolment;
  private @Nullable ControlAdmin admin;

  /** Blocks for the disk and the database; closes {@code store}, also when it cannot be made. */
  EmbeddedControl(Foundation foundation, NodeConfig config, TrustDomain trustDomain, Store store) {
    this(
        foundation,
        config,
        trustDomain,
        ControlState.open(store, config, trustDomain, foundation.ground()),
        null);
  }

  /** One of several; closes {@code membership}'s state, but does not leave. */
  EmbeddedControl(NodeConfig config, TrustDomain trustDomain, Membership membership) {
    this(membership.foundation(), config, trustDomain, membership.state(), membership);
  }

  private EmbeddedControl(
      Foundation foundation,
      NodeConfig config,
      TrustDomain trustDomain,
      ControlState state,
      @Nullable Membership membership) {
    this.foundation = foundation;
    this.config = config;
    this.trustDomain = trustDomain;
    this.state = state;
    this.membership = membership;
  }

  @Override
  public Future<Void> start() {
    ControlPlane starting =
        new ControlPlane(
            foundation.vertx(),
            state.authority(),
            state.store(),
            config.name(),
            controlNodes(),
            config.leafLifetime(),
            foundation.crypto(),
            foundation.clock(),
            foundation.random());
    control = starting;
    starting.register(config.name(), ServiceNode.all(config));
    if (membership != null) {
      RenewableIdentity shown = membership.identity();
      starting.keepRenewed(starting.bus(shown), shown);
    }
    return starting
        .deployAuthority(config.name(), foundation.meters())
        .compose(
            deployed -> foundation.vertx().executeBlocking(() -> bus(starting, HeraldRole.CONFIG)))
        .compose(
            bus ->
                membership == null
                    ? distributeAlone(starting, bus)
                    : foundation
                        .vertx()
                        .executeBlocking(() -> bus(starting, HeraldRole.ADMIN))
                        .compose(asking -> distributeInTurn(starting, bus, asking)));
  }

  private Set<String> controlNodes() {
    ClusterConfig cluster = config.cluster();
    return cluster == null ? Set.of(config.name()) : cluster.names();
  }

  private SignedBus bus(ControlPlane started, HeraldRole role) {
    RenewableIdentity identity = started.identity(role, config.name());
    SignedBus bus = started.bus(identity);
    if (role == HeraldRole.CONFIG) {
      configIdentity = identity;
      configBus = bus;
    }
    started.keepRenewed(bus, identity);
    return bus;
  }

  private Future<Void> distributeAlone(ControlPlane started, SignedBus bus) {
    DistributorVerticle alone = distributor(started, bus, Ledger.of(state.store()), Duration.ZERO);
    distribution = alone;
    return foundation.vertx().deployVerticle(alone).mapEmpty();
  }

  /**
   * @param asking signs the questions to the node that distributes
   */
  private Future<Void> distributeInTurn(ControlPlane started, SignedBus bus, SignedBus asking) {
    LedDistribution one =
        new LedDistribution(
            foundation.vertx(),
            state.store(),
            config.name(),
            new MeshCompiler(trustDomain)::compile,
            ledger -> distributor(started, bus, ledger, LedDistribution.SETTLE),
            DistributorService.over(asking),
            config.roles().contains(Role.CONFIG),
            controlNodes().size(),
            () -> membership == null ? Set.of() : Set.copyOf(membership.members()),
            foundation.meters());
    led = one;
    distribution = one;
    return one.start();
  }

  private DistributorVerticle distributor(
      ControlPlane started, SignedBus bus, Ledger ledger, Duration settle) {
    MeshKeySets keys = NodeKeySets.ofMesh(bus, foundation, config, state.store());
    meshKeys = keys;
    return new DistributorVerticle(
        bus,
        started.registrations(),
        new MeshCompiler(trustDomain)::compile,
        ledger,
        foundation.clock(),
        foundation.meters(),
        settle,
        new DistributedKeySets(keys));
  }

  @Override
  public void report(Health health) {
    health.register("authority", started(control)::authorityCondition);
    health.register("issuers", () -> NodeKeySets.condition(issuers()));
  }

  /** Every source of keys that is fetched here; none while another node distributes. */
  private List<KeySourceHealth> issuers() {
    MeshKeySets fetching = meshKeys;
    LedDistribution turn = led;
    return fetching == null || turn != null && !turn.leads() ? List.of() : fetching.health();
  }

  @Override
  public Future<Optional<HostPort>> openPort() {
    ControlConfig listening = config.control();
    if (listening == null) {
      return Future.succeededFuture(Optional.empty());
    }
    LinkServer opened =
        new LinkServer(
            foundation.vertx(),
            started(configIdentity),
            foundation.clock(),
            new Admission(ADMITTED_A_SECOND, ADMITTED_AT_ONCE, MOST_WAITING, System::nanoTime),
            started(control).registrations(),
            foundation.meters());
    links = opened;
    ControlPort opening =
        new ControlPort(
            foundation,
            config,
            started(configIdentity),
            started(control)::revocations,
            offered(opened));
    port = opening;
    opened.start(opening::proven);
    started(control).onRevoked(opened::look);
    return RootsHint.hear(foundation.vertx(), opened::rootsChanged)
        .compose(heard -> opening.open(listening))
        .map(Optional::of);
  }

  /** What nodes outside of the cluster may call. */
  private List<ControlMethod<?, ?>> offered(LinkServer attaching) {
    ControlEnrolment enrolling =
        new ControlEnrolment(foundation, trustDomain, config, state, started(control));
    enrolment = enrolling;
    List<ControlMethod<?, ?>> offered = new ArrayList<>(enrolling.methods());
    offered.add(attaching.method());
    if (config.roles().contains(Role.ADMIN)) {
      offered.add(
          AdminDoor.method(
              foundation.vertx(), started(admin).refusals(), AdminVerticle::answersNodes));
    }
    return offered;
  }

  @Override
  public Distribution distribution() {
    return started(distribution);
  }

  @Override
  public Future<Void> lead(Resourcing resourcing) {
    ControlAdmin starting =
        new ControlAdmin(
            foundation,
            config,
            trustDomain,
            state.store(),
            started(control),
            started(distribution),
            resourcing);
    admin = starting;
    return starting.start();
  }

  @Override
  public ServiceNode services(OwnListeners own) {
    ControlPlane running = started(control);
    RenewableIdentity identity = running.identity(HeraldRole.NODE, config.name());
    SignedBus bus = running.bus(identity);
    NodeCredentials enrolled =
        new NodeCredentials(
            foundation.vertx(),
            CaService.over(bus),
            identity,
            ServiceNode.enrolling(config),
            config.leafLifetime(),
            foundation.crypto(),
            foundation.clock(),
            foundation.random());
    running.onRoots(enrolled::follow);
    running.signAgain(enrolled.identityRenewal(), identity);
    return new ServiceNode(
        foundation,
        config,
        trustDomain,
        (vertx, workloads, consumer) ->
            new SnapshotSubscriber(vertx, bus, workloads, foundation.clock(), consumer),
        NodeKeySets.from(bus, foundation, config),
        enrolled,
        own);
  }

  @Override
  public Optional<UseReporter> reporter(Supplier<UsedReport> proxys) {
    ControlPlane running = started(control);
    return Optional.of(
        new UseReporter(
            foundation.vertx(),
            DistributorService.over(started(configBus)),
            () -> with(running.used(), proxys.get()),
            foundation.random()));
  }

  private static UsedReport with(List<Used> own, UsedReport proxys) {
    return new UsedReport(
        Stream.concat(own.stream(), proxys.certificates().stream()).toList(), proxys.exposed());
  }

  private static <T> T started(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("not started");
    }
    return part;
  }

  @Override
  public void close() {
    ControlPlane following = control;
    if (following != null) {
      following.close();
    }
    LinkServer attached = links;
    if (attached != null) {
      attached.close();
    }
    ControlPort open = port;
    if (open != null) {
      open.close();
    }
    ControlEnrolment enrolling = enrolment;
    if (enrolling != null) {
      enrolling.close();
    }
    ControlAdmin opened = admin;
    if (opened != null) {
      opened.close();
    }
    LedDistribution leading = led;
    if (leading != null) {
      // Before the database is gone: the next one leads at once.
      HandOver.await(leading.close());
    }
    state.store().close();
  }
}
