package io.heraldmesh.node;

import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.distributor.Distribution;
import io.heraldmesh.distributor.LocalDistributor;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.proxy.PolicySource;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A node of proxies alone: certificates from the files that each workload names, policy from its
 * own folder. There is no authority, no database and nothing on the bus.
 */
final class StandaloneControl implements NodeControl {
  private final Foundation foundation;
  private final NodeConfig config;
  private final TrustDomain trustDomain;
  private final LocalDistributor distributor;

  StandaloneControl(Foundation foundation, NodeConfig config, TrustDomain trustDomain) {
    this.foundation = foundation;
    this.config = config;
    this.trustDomain = trustDomain;
    this.distributor =
        new LocalDistributor(
            foundation.vertx(),
            config.name(),
            new MeshCompiler(trustDomain)::compile,
            foundation.clock(),
            foundation.meters());
  }

  @Override
  public Future<Void> start() {
    return Future.succeededFuture();
  }

  @Override
  public Distribution distribution() {
    return distributor;
  }

  @Override
  public Future<Void> lead(Resourcing resourcing) {
    resourcing.leadTo(distributor);
    return Future.succeededFuture();
  }

  @Override
  public ServiceNode services(OwnListeners own) {
    return new ServiceNode(
        foundation,
        config,
        trustDomain,
        this::open,
        NodeKeySets.alone(foundation, config),
        null,
        own);
  }

  private PolicySource open(
      Vertx vertx,
      List<AnnouncedWorkload> workloads,
      Function<NodeSnapshot, Future<Void>> consumer) {
    distributor.open(workloads.stream().map(AnnouncedWorkload::asReady).toList(), consumer);
    return new OwnPolicy(distributor);
  }

  @Override
  public void close() {
    // Nothing is held.
  }

  /** The node's own distributor as its proxy sees it: nobody else is told what runs here. */
  private record OwnPolicy(LocalDistributor distributor) implements PolicySource {
    @Override
    public Future<Void> start() {
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> first() {
      return distributor.first();
    }

    @Override
    public @Nullable Revision revision() {
      return distributor.revision();
    }

    @Override
    public Future<Void> ready() {
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> withdraw() {
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> close() {
      return Future.succeededFuture();
    }
  }
}
