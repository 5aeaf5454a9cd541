package io.heraldmesh.proxy;

import io.heraldmesh.policy.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * A port of a workload that others call.
 *
 * @param name as in the node file
 * @param port the workload port: what policies name
 * @param app where the service itself listens
 * @param listen where the proxy listens for it
 * @param advertise where others reach {@code listen}, when that is another address
 */
public record InboundPort(
    String name,
    int port,
    Protocol protocol,
    HostPort app,
    HostPort listen,
    @Nullable HostPort advertise) {}
