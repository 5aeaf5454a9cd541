package io.heraldmesh.tls.hazelcast;

import com.hazelcast.internal.networking.ChannelOption;
import com.hazelcast.internal.networking.ChannelOptions;
import com.hazelcast.spi.properties.ClusterProperty;
import com.hazelcast.spi.properties.HazelcastProperties;

/** The socket options that Hazelcast's own initializer sets, from the same properties. */
final class ChannelSettings {
  private static final int KIB = 1024;

  private ChannelSettings() {}

  static void apply(ChannelOptions options, HazelcastProperties from) {
    options
        .setOption(ChannelOption.DIRECT_BUF, from.getBoolean(ClusterProperty.SOCKET_BUFFER_DIRECT))
        .setOption(ChannelOption.TCP_NODELAY, from.getBoolean(ClusterProperty.SOCKET_NO_DELAY))
        .setOption(ChannelOption.SO_KEEPALIVE, from.getBoolean(ClusterProperty.SOCKET_KEEP_ALIVE))
        .setOption(
            ChannelOption.SO_SNDBUF, from.getInteger(ClusterProperty.SOCKET_SEND_BUFFER_SIZE) * KIB)
        .setOption(
            ChannelOption.SO_RCVBUF,
            from.getInteger(ClusterProperty.SOCKET_RECEIVE_BUFFER_SIZE) * KIB)
        .setOption(ChannelOption.SO_LINGER, from.getSeconds(ClusterProperty.SOCKET_LINGER_SECONDS))
        .setOption(ChannelOption.TCP_KEEPIDLE, from.getInteger(ClusterProperty.SOCKET_KEEP_IDLE))
        .setOption(ChannelOption.TCP_KEEPCOUNT, from.getInteger(ClusterProperty.SOCKET_KEEP_COUNT))
        .setOption(
            ChannelOption.TCP_KEEPINTERVAL, from.getInteger(ClusterProperty.SOCKET_KEEP_INTERVAL));
  }
}
