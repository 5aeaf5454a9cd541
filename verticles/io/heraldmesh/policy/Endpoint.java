package io.heraldmesh.policy;

/**
 * One address behind a service port.
 *
 * @param host IP literal (IPv6 without brackets) or a name to resolve
 * @param mutualTls true: a Herald proxy stands there and takes mesh TLS on this port
 */
public record Endpoint(String host, int port, boolean mutualTls) {}
