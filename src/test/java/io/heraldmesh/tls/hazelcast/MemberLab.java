package io.heraldmesh.tls.hazelcast;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.server.ServerConnection;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.tls.MemberIdentity;
import io.heraldmesh.tls.MemberTls;
import io.heraldmesh.tls.Members;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.KeyPair;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Members of one small cluster on loopback, and whoever would like to be one. */
final class MemberLab implements AutoCloseable {
  static final Set<String> NAMES = Set.of("c1", "c2", "c3");
  static final TlsHazelcast.Times TIMES =
      new TlsHazelcast.Times(Duration.ofSeconds(2), Duration.ofSeconds(5));

  private final InstantSource clock;
  private final TestAuthority authority;
  private final List<HazelcastInstance> started = new ArrayList<>();
  private final List<Integer> ports = new ArrayList<>();

  MemberLab(InstantSource clock) {
    this.clock = clock;
    this.authority = new TestAuthority(clock);
  }

  TestAuthority authority() {
    return authority;
  }

  Credential leaf(TestAuthority by, HeraldRole role, String name, Duration ttl) {
    HeraldSvid svid = by.svid(role, name, ttl);
    return new Credential(svid.id(), svid.key(), svid.chain());
  }

  Credential leaf(HeraldRole role, String name) {
    return leaf(authority, role, name, Duration.ofHours(1));
  }

  Credential workloadLeaf() {
    KeyPair keys = TestAuthority.keys();
    SpiffeId id = SpiffeId.workload(TestAuthority.TD, "shop", "web");
    return new Credential(id, keys.getPrivate(), authority.chain(id, keys, Duration.ofHours(1)));
  }

  MemberIdentity identity(Credential leaf) {
    return new MemberIdentity(leaf, authority.bundle());
  }

  MemberTls tls(String name) {
    return tls(identity(leaf(HeraldRole.CONFIG, name)), authority.bundle());
  }

  MemberTls tls(MemberIdentity identity, TrustBundle bundle) {
    return new MemberTls(
        new Members(TestAuthority.TD, NAMES),
        new PeerVerifier(authority.crypto()),
        clock,
        new MemberIdentity(identity.leaf(), bundle));
  }

  HazelcastInstance start(MemberTls tls) {
    return start(tls, freePort());
  }

  HazelcastInstance start(MemberTls tls, int port) {
    HazelcastInstance member = TlsHazelcast.start(config(port), tls, TIMES);
    ports.add(port);
    started.add(member);
    return member;
  }

  /** Every member that was started so far is asked to let this one in. */
  Config config(int port) {
    Config config = new Config().setClusterName("herald-lab");
    config.setProperty("hazelcast.logging.type", "slf4j");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.shutdownhook.enabled", "false");
    config.setProperty("hazelcast.socket.bind.any", "false");
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.partition.count", "7");
    config.setProperty("hazelcast.operation.thread.count", "2");
    config.setProperty("hazelcast.operation.generic.thread.count", "2");
    config.setProperty("hazelcast.io.thread.count", "1");
    config.setProperty("hazelcast.event.thread.count", "1");
    config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
    config.setProperty("hazelcast.max.no.heartbeat.seconds", "5");
    config.setProperty("hazelcast.max.join.seconds", "5");
    config.getJetConfig().setEnabled(false);
    config
        .getSerializationConfig()
        .setJavaSerializationFilterConfig(
            new com.hazelcast.config.JavaSerializationFilterConfig()
                .setDefaultsDisabled(true)
                .setWhitelist(
                    new com.hazelcast.config.ClassFilter()
                        .addPrefixes(
                            "com.hazelcast.", "java.lang.", "[Ljava.lang.", "java.util.")));
    config.getNetworkConfig().setPort(port).setPortAutoIncrement(false);
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    JoinConfig join = config.getNetworkConfig().getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig()
        .setEnabled(true)
        .setConnectionTimeoutSeconds(2)
        .addMember("127.0.0.1:" + port);
    ports.forEach(other -> join.getTcpIpConfig().addMember("127.0.0.1:" + other));
    return config;
  }

  static int port(HazelcastInstance member) {
    return member.getCluster().getLocalMember().getAddress().getPort();
  }

  static Collection<ServerConnection> connections(HazelcastInstance member) {
    return ((HazelcastInstanceProxy) member)
        .getOriginal()
        .node
        .getServer()
        .getConnectionManager(EndpointQualifier.MEMBER)
        .getConnections();
  }

  static List<MemberPeer> peers(HazelcastInstance member) {
    List<MemberPeer> peers = new ArrayList<>();
    for (ServerConnection connection : connections(member)) {
      MemberPeer peer = MemberPeer.of(connection);
      if (peer != null && connection.isAlive()) {
        peers.add(peer);
      }
    }
    return peers;
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    started.forEach(member -> member.getLifecycleService().terminate());
  }
}
