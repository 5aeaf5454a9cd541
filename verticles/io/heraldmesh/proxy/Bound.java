package io.heraldmesh.proxy;

import io.heraldmesh.policy.Workload;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A listener that is open.
 *
 * @param what {@code inbound} or {@code outbound}; {@code inbound-capture} or {@code
 *     outbound-capture} for captured connections
 * @param workload null with {@code inbound-capture}, which is the whole node's
 * @param port workload port of an inbound listener, service port of an outbound one that leads to
 *     one service, else 0
 * @param address as bound, the port chosen by the system included
 */
public record Bound(
    String what, @Nullable Workload workload, int port, InetSocketAddress address) {}
