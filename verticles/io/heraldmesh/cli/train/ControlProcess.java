package io.heraldmesh.cli.train;

import ch.qos.logback.classic.Level;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.cli.Logging;
import io.heraldmesh.cli.Main;
import io.heraldmesh.cluster.ClusterMember;
import io.heraldmesh.cluster.ClusterSettings;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.store.PostgresSettings;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.sql.PostgresStore;
import io.heraldmesh.tls.MemberIdentity;
import io.heraldmesh.tls.MemberTls;
import io.heraldmesh.tls.Members;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/**
 * What the JVM that records runs for control nodes: the way to a database that is not there, a
 * cluster of one member, and a control node with a SQLite file until it is told to stop. A build
 * has no PostgreSQL, without which a control node joins no cluster.
 */
public final class ControlProcess {
  private static final TrustDomain DOMAIN = new TrustDomain("train.test");
  private static final String NAME = "control";

  private ControlProcess() {}

  /**
   * @param files the control node's
   */
  public static void main(String... files) {
    Logging.start(Level.INFO);
    try {
      missDatabase();
      beMember();
    } catch (RuntimeException e) {
      System.err.println("the cluster of one did not start: " + e);
      Logging.stop();
      // threads that it left must not keep the process
      System.exit(3);
    }
    Main.main(new String[] {"run", "--config", files[0]});
  }

  private static void missDatabase() {
    PostgresSettings nowhere =
        new PostgresSettings(
            List.of("127.0.0.1:" + unused()), "herald", "herald", "herald", null, false, null, 2);
    try {
      PostgresStore.open(nowhere).close();
    } catch (StoreException e) {
      // as it must be
    }
  }

  private static void beMember() {
    InetSocketAddress listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), unused());
    ClusterMember.start(
            new ClusterSettings(
                "train",
                listen,
                null,
                List.of(),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                null,
                null),
            tls(),
            new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(4))
        .close();
  }

  private static MemberTls tls() {
    InstantSource clock = InstantSource.system();
    Crypto crypto = Crypto.preferred();
    Authority authority = Authority.create(DOMAIN, clock, crypto, new SecureRandom());
    KeyPair keys = TrainingFolder.keys();
    SpiffeId id = SpiffeId.herald(DOMAIN, HeraldRole.CA, NAME);
    Credential leaf =
        new Credential(
            id,
            keys.getPrivate(),
            authority.sign(keys.getPublic(), id, Duration.ofHours(1), clock.instant()).chain());
    return new MemberTls(
        new Members(DOMAIN, Set.of(NAME)),
        new PeerVerifier(crypto),
        clock,
        new MemberIdentity(leaf, authority.bundle()));
  }

  /** A port of loopback where nobody listens: Hazelcast does not take one that the system picks. */
  private static int unused() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
