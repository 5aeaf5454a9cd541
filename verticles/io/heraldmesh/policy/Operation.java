package io.heraldmesh.policy;

/**
 * {@code to[].operation}: every field that is given must match.
 *
 * @param hosts on the authority, without case; a pattern without a port matches whatever the port.
 *     HTTP only
 * @param ports on the workload port
 * @param methods with case; HTTP only
 * @param paths on the normalized path without the query; {@link TextMatch.Template} allowed. HTTP
 *     only
 */
public record Operation(TextField hosts, PortField ports, TextField methods, TextField paths) {}
