package io.heraldmesh.cluster;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a member of the cluster is, and where the others are.
 *
 * @param name of the cluster; keeps apart what was not meant to meet, and proves nothing
 * @param listen for Hazelcast; a port of 0 is not possible, since members must know it
 * @param publicAddress {@code host:port} where the others reach {@code listen}; null: as it is
 * @param members {@code host:port} of the others, names too, IPv6 in brackets; not looked at where
 *     the configuration finds them in another way
 * @param eventBus listen address of the event bus; port 0: the system chooses
 * @param eventBusPublicHost where the others reach it; null: as it is
 * @param config of Hazelcast; null: {@code cluster-config/tcp-ip.xml}
 */
public record ClusterSettings(
    String name,
    InetSocketAddress listen,
    @Nullable String publicAddress,
    List<String> members,
    InetSocketAddress eventBus,
    @Nullable String eventBusPublicHost,
    @Nullable Path config) {

  public ClusterSettings {
    members = List.copyOf(members);
  }
}
