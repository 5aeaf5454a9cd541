package io.heraldmesh.link;

import java.time.Duration;

/**
 * What connections at a control node's port are held to.
 *
 * @param most open at once; more are closed
 * @param mostUnproven of those that show no certificate, from one IPv4 address or one /64 network
 *     of IPv6; whoever enrols needs one for a moment
 * @param mostOfIdentity of those that show a certificate of the same SPIFFE ID: a node needs two
 *     for a moment, an operator one for each command
 * @param callWithin for the message of a call to come whole; one that shows no certificate is
 *     closed when it has had nothing answered for so long
 * @param trustedCallWithin the same for the message of a caller of a role that its method trusts:
 *     no less than such a caller waits for its answer
 * @param mostUnreadBytes of all messages that have not come whole
 */
record ConnectionBounds(
    int most,
    int mostUnproven,
    int mostOfIdentity,
    Duration callWithin,
    Duration trustedCallWithin,
    long mostUnreadBytes) {
  private static final long MOST_UNREAD_BYTES = 64L << 20;

  static ConnectionBounds of(int most) {
    return new ConnectionBounds(
        most,
        100,
        16,
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
        Math.min(MOST_UNREAD_BYTES, Runtime.getRuntime().maxMemory() / 4));
  }
}
