package io.heraldmesh.proxy;

import io.heraldmesh.policy.Protocol;

/**
 * A listener that leads to one service, for callers that cannot name it themselves.
 *
 * @param service the service's name and port, as in {@code db.shop:5432}
 * @param protocol {@code TCP}: bytes as they come; {@code HTTP} or {@code HTTP2}: requests, each
 *     routed to this service whatever its Host; {@code AUTO}: what the service is declared to speak
 *     when a connection comes, and where nothing is, look at the first bytes
 */
public record OutboundPort(ListenAddress listen, HostPort service, Protocol protocol) {}
