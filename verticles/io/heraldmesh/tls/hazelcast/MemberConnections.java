package io.heraldmesh.tls.hazelcast;

import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.server.Server;
import com.hazelcast.internal.server.ServerConnection;
import io.heraldmesh.tls.MemberTls;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Closes connections that were made with an earlier leaf, so that they are made again with the
 * newest, and those whose peer's proof has ended. Hazelcast does not send again what is lost with a
 * connection, so a quiet moment is waited for, up to a deadline. Its timer is the only caller.
 */
final class MemberConnections {
  /** In which nothing must have been sent or received. */
  private static final long QUIET_MILLIS = 100;

  private final Node node;
  private final MemberTls tls;
  private final Duration patience;
  private final Map<ServerConnection, Instant> old = new HashMap<>();

  /**
   * @param patience how long a connection with an earlier leaf may be busy
   */
  MemberConnections(Node node, MemberTls tls, Duration patience) {
    this.node = node;
    this.tls = tls;
    this.patience = patience;
  }

  void closeOld() {
    Server server = node.getServer();
    if (server == null) {
      return;
    }
    Instant now = tls.clock().instant();
    long millis = System.currentTimeMillis();
    for (ServerConnection connection :
        List.copyOf(server.getConnectionManager(EndpointQualifier.MEMBER).getConnections())) {
      MemberPeer peer = MemberPeer.of(connection);
      if (peer == null) {
        continue;
      }
      if (!now.isBefore(peer.identity().notAfter())) {
        connection.close("the certificate of " + peer.identity().id() + " has ended", null);
      } else if (peer.generation() < tls.generation()) {
        Instant since = old.computeIfAbsent(connection, first -> now);
        if (quiet(connection, millis) || !now.isBefore(since.plus(patience))) {
          connection.close("this node has a new certificate", null);
        }
      }
    }
    old.keySet().removeIf(connection -> !connection.isAlive());
  }

  private static boolean quiet(ServerConnection connection, long millis) {
    return millis - connection.lastReadTimeMillis() > QUIET_MILLIS
        && millis - connection.lastWriteTimeMillis() > QUIET_MILLIS;
  }
}
