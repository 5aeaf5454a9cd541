package io.heraldmesh.node;

import io.heraldmesh.cluster.ClusterMember;
import io.heraldmesh.cluster.ClusterSettings;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.node.NodeConfig.ClusterConfig;
import io.heraldmesh.node.NodeConfig.ClusterPeer;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.store.Store;
import io.heraldmesh.tls.MemberIdentity;
import io.heraldmesh.tls.MemberTls;
import io.heraldmesh.tls.Members;
import io.micrometer.core.instrument.Gauge;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A control node among others. It signs its own certificate before it speaks to anybody, so it
 * needs none of them to start; then it joins those that are there.
 */
final class Membership implements AutoCloseable {
  private final Foundation foundation;
  private final ControlState state;
  private final RenewableIdentity identity;
  private final ClusterMember member;

  private Membership(
      Foundation foundation, ControlState state, RenewableIdentity identity, ClusterMember member) {
    this.foundation = foundation;
    this.state = state;
    this.identity = identity;
    this.member = member;
  }

  /**
   * Blocks for the database, the disk and the network.
   *
   * @param store is closed when it may not or cannot join
   * @throws StartFailure when it may not or cannot join
   */
  static Membership join(
      Store store,
      NodeConfig config,
      ClusterConfig cluster,
      TrustDomain trustDomain,
      InstantSource clock) {
    Ground ground = Ground.lay(clock);
    ControlState state = ControlState.open(store, config, trustDomain, ground);
    try {
      RenewableIdentity identity =
          new OwnIdentities(
                  state.authority().get(),
                  config.leafLifetime(),
                  state.store().issuanceLog(),
                  ground.crypto(),
                  ground.clock())
              .identity(HeraldRole.CA, config.name());
      MemberTls tls =
          new MemberTls(
              new Members(trustDomain, cluster.names()),
              new PeerVerifier(ground.crypto()),
              ground.clock(),
              shown(identity));
      ClusterMember member =
          ClusterMember.start(
              settings(config.name(), cluster, trustDomain),
              tls,
              Ground.options(config.eventLoops()));
      Gauge.builder("herald_cluster_members", member, m -> m.members().size())
          .register(ground.meters());
      member.follow(() -> shown(identity));
      return new Membership(ground.under(member.vertx()), state, identity, member);
    } catch (IllegalStateException e) {
      state.store().close();
      throw StartFailure.cannotStart(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      state.store().close();
      throw e;
    }
  }

  private static MemberIdentity shown(RenewableIdentity identity) {
    return new MemberIdentity(
        new Credential(identity.svid().id(), identity.svid().key(), identity.svid().chain()),
        identity.bundle());
  }

  private static ClusterSettings settings(
      String node, ClusterConfig cluster, TrustDomain trustDomain) {
    return new ClusterSettings(
        "herald-" + trustDomain.name(),
        address(cluster.listen()),
        text(cluster.publicAddress()),
        cluster.members().stream()
            .filter(peer -> !peer.name().equals(node))
            .map(ClusterPeer::address)
            .filter(Objects::nonNull)
            .map(HostPort::toString)
            .toList(),
        address(cluster.eventBus()),
        cluster.eventBusPublicHost(),
        cluster.config());
  }

  private static InetSocketAddress address(HostPort address) {
    return new InetSocketAddress(address.host(), address.port());
  }

  private static @Nullable String text(@Nullable HostPort address) {
    return address == null ? null : address.toString();
  }

  /** Runs on the clustered event bus. */
  Foundation foundation() {
    return foundation;
  }

  ControlState state() {
    return state;
  }

  /** Whoever renews it changes what the member shows. */
  RenewableIdentity identity() {
    return identity;
  }

  int eventBusPort() {
    return member.eventBusPort();
  }

  /** Who is a member now. */
  List<String> members() {
    return member.members();
  }

  /** Leaves; event loops and all end with it. */
  @Override
  public void close() {
    member.close();
  }
}
