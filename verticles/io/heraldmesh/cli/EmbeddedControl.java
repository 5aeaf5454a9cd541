package io.heraldmesh.cli;

import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.ca.AuthorityStore;
import io.heraldmesh.ca.CacertsFolder;
import io.heraldmesh.cli.NodeConfig.AuthorityConfig;
import io.heraldmesh.cli.NodeConfig.ControlConfig;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.credentials.NodeCredentials;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.distributor.Distribution;
import io.heraldmesh.distributor.DistributorVerticle;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.link.ControlMethod;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.SnapshotSubscriber;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.heraldmesh.store.Store;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole control plane in the node's own process: authority, database, distributor. */
final class EmbeddedControl implements NodeControl {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedControl.class);

  private final Foundation foundation;
  private final NodeConfig config;
  private final TrustDomain trustDomain;
  private final Store store;
  private @Nullable ControlPlane control;
  private @Nullable DistributorVerticle distributor;
  private @Nullable RenewableIdentity configIdentity;
  private @Nullable ControlPort port;
  private @Nullable ControlAdmin admin;

  EmbeddedControl(Foundation foundation, NodeConfig config, TrustDomain trustDomain) {
    this.foundation = foundation;
    this.config = config;
    this.trustDomain = trustDomain;
    this.store = StateStore.open(config);
  }

  @Override
  public Future<Void> start() {
    Authority authority = authority();
    AuthorityRecord.keep(store, authority, config.name(), foundation.clock().instant());
    ControlPlane starting =
        new ControlPlane(
            foundation.vertx(),
            authority,
            store,
            foundation.crypto(),
            foundation.clock(),
            foundation.random());
    control = starting;
    starting.register(config.name(), ServiceNode.all(config));
    return starting
        .deployAuthority(config.name(), foundation.meters())
        .compose(deployed -> foundation.vertx().executeBlocking(() -> distributor(starting)))
        .compose(
            made -> {
              distributor = made;
              return foundation.vertx().deployVerticle(made);
            })
        .mapEmpty();
  }

  private Authority authority() {
    return switch (config.authority()) {
      case AuthorityConfig.Cacerts(Path folder) ->
          new CacertsFolder(folder)
              .load(trustDomain, foundation.clock(), foundation.crypto(), foundation.random());
      case AuthorityConfig.Store(Path keyStore, Path passphrase) ->
          open(AuthorityStore.at(keyStore, passphrase));
      case AuthorityConfig.Own() -> {
        Path folder = config.stateDir();
        yield folder == null
            ? Authority.create(
                trustDomain, foundation.clock(), foundation.crypto(), foundation.random())
            : open(AuthorityStore.in(folder));
      }
    };
  }

  private Authority open(AuthorityStore authorityStore) {
    AuthorityStore.Opened opened =
        authorityStore.openOrCreate(
            trustDomain, foundation.clock(), foundation.crypto(), foundation.random());
    if (opened.created()) {
      LOG.info(
          "authority made trustDomain={} notAfter={}", trustDomain, opened.authority().notAfter());
    }
    if (opened.passphraseBeside()) {
      LOG.warn(
          "the authority's key store and its passphrase lie together in {}; name a passphraseFile"
              + " elsewhere under spec.authority",
          config.stateDir());
    }
    return opened.authority();
  }

  private DistributorVerticle distributor(ControlPlane started) {
    RenewableIdentity identity = started.identity(HeraldRole.CONFIG, config.name());
    configIdentity = identity;
    SignedBus bus = started.bus(identity);
    started.keepRenewed(bus, identity);
    return new DistributorVerticle(
        bus,
        started::registrations,
        new MeshCompiler(trustDomain)::compile,
        store.revisions(),
        foundation.clock(),
        foundation.meters());
  }

  @Override
  public Future<Optional<HostPort>> openPort() {
    ControlConfig listening = config.control();
    if (listening == null) {
      return Future.succeededFuture(Optional.empty());
    }
    ControlPort opening = new ControlPort(foundation, config, started(configIdentity), offered());
    port = opening;
    return opening.open(listening).map(Optional::of);
  }

  /** What nodes outside of the cluster may call. */
  private List<ControlMethod<?, ?>> offered() {
    return List.of();
  }

  @Override
  public Distribution distribution() {
    return started(distributor);
  }

  @Override
  public Future<Void> lead(Resourcing resourcing) {
    ControlAdmin starting =
        new ControlAdmin(
            foundation,
            config,
            trustDomain,
            store,
            started(control),
            started(distributor),
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
    return new ServiceNode(
        foundation,
        config,
        trustDomain,
        (vertx, workloads, consumer) ->
            new SnapshotSubscriber(vertx, bus, workloads, foundation.clock(), consumer),
        enrolled,
        own);
  }

  private static <T> T started(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("not started");
    }
    return part;
  }

  @Override
  public void close() {
    ControlPort open = port;
    if (open != null) {
      open.close();
    }
    ControlAdmin opened = admin;
    if (opened != null) {
      opened.close();
    }
    store.close();
  }
}
