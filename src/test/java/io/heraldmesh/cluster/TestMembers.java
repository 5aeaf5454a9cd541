package io.heraldmesh.cluster;

import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.tls.MemberIdentity;
import io.heraldmesh.tls.MemberTls;
import io.heraldmesh.tls.Members;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Members of one cluster on loopback, with the settings that are shipped. */
public final class TestMembers {
  private TestMembers() {}

  public static MemberTls tls(
      HeraldSvid svid, TrustBundle bundle, Set<String> names, InstantSource clock) {
    return new MemberTls(
        new Members(TestAuthority.TD, names),
        new PeerVerifier(Crypto.preferred()),
        clock,
        identity(svid, bundle));
  }

  public static MemberIdentity identity(HeraldSvid svid, TrustBundle bundle) {
    return new MemberIdentity(new Credential(svid.id(), svid.key(), svid.chain()), bundle);
  }

  /**
   * @param others ports of those that may be there
   */
  public static ClusterMember join(int port, List<Integer> others, MemberTls tls) {
    return join("herald-test", port, others, tls);
  }

  public static ClusterMember join(String cluster, int port, List<Integer> others, MemberTls tls) {
    return ClusterMember.start(
        settings(cluster, port, others),
        tls,
        new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(4));
  }

  static ClusterSettings settings(String cluster, int port, List<Integer> others) {
    return new ClusterSettings(
        cluster,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        null,
        others.stream().map(other -> "127.0.0.1:" + other).toList(),
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        null,
        impatient());
  }

  /** What is shipped, but the first member does not wait for others. */
  static Path impatient() {
    try {
      Path file = Files.createTempFile("tcp-ip", ".xml");
      file.toFile().deleteOnExit();
      String shipped;
      try (InputStream in =
          Objects.requireNonNull(
              TestMembers.class.getResourceAsStream("/cluster-config/tcp-ip.xml"))) {
        shipped = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
      String changed =
          shipped.replace("wait.seconds.before.join\">1<", "wait.seconds.before.join\">0<");
      if (changed.equals(shipped)) {
        throw new IllegalStateException("the wait is not where it was");
      }
      return Files.writeString(file, changed);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
