package io.heraldmesh.tls.hazelcast;

import com.hazelcast.internal.server.ServerConnection;
import io.heraldmesh.tls.PeerIdentity;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a member connection.
 *
 * @param generation of this node's own leaf, with which the connection was made
 */
record MemberPeer(PeerIdentity identity, long generation) {
  private static final String ATTRIBUTE = "herald.peer";

  /** Remembers this for {@code connection}. */
  @SuppressWarnings("unchecked") // Hazelcast's map is raw
  void attach(ServerConnection connection) {
    connection.attributeMap().put(ATTRIBUTE, this);
  }

  /** Null: the connection's handshake is not done. */
  static @Nullable MemberPeer of(ServerConnection connection) {
    return connection.attributeMap().get(ATTRIBUTE) instanceof MemberPeer peer ? peer : null;
  }
}
