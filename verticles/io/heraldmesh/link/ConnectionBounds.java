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
 * @param callWithin for the first call of one that shows no certificate
 */
record ConnectionBounds(int most, int mostUnproven, int mostOfIdentity, Duration callWithin) {
  static ConnectionBounds of(int most) {
    return new ConnectionBounds(most, 100, 16, Duration.ofSeconds(10));
  }
}
