package io.heraldmesh.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.XmlConfigBuilder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Vert.x over Hazelcast between processes of one machine, for tests only: whoever can reach the
 * port becomes a member. {@code herald run} offers no cluster until members speak mutual TLS. What
 * is tested with it is that nothing but bytes crosses, and that those are believed for their
 * signatures alone.
 */
public final class LoopbackCluster {
  private static final String HOST = "127.0.0.1";
  private static final String CONFIG = "/cluster-config/loopback.xml";

  private LoopbackCluster() {}

  /**
   * Joins, or forms a cluster when no member is there.
   *
   * @param port of this member on 127.0.0.1
   * @param members ports of the others that may be there
   */
  public static Future<Vertx> join(int port, List<Integer> members) {
    VertxOptions options =
        new VertxOptions().setEventBusOptions(new EventBusOptions().setHost(HOST).setPort(0));
    return Vertx.builder()
        .with(options)
        .withClusterManager(new HazelcastClusterManager(config(port, members)))
        .buildClustered();
  }

  private static Config config(int port, List<Integer> members) {
    try (InputStream xml = LoopbackCluster.class.getResourceAsStream(CONFIG)) {
      if (xml == null) {
        throw new IllegalStateException(CONFIG + " is not on the class path");
      }
      Config config = new XmlConfigBuilder(xml).build();
      config.getNetworkConfig().setPort(port);
      JoinConfig join = config.getNetworkConfig().getJoin();
      join.getTcpIpConfig().addMember(HOST + ":" + port);
      members.forEach(member -> join.getTcpIpConfig().addMember(HOST + ":" + member));
      return config;
    } catch (IOException e) {
      throw new UncheckedIOException(CONFIG + " cannot be read", e);
    }
  }
}
