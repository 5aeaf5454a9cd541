package io.heraldmesh.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.config.TcpIpConfig;
import com.hazelcast.config.XmlConfigBuilder;
import com.hazelcast.core.HazelcastException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Hazelcast's configuration of one member: a file, and what the node file says. */
final class MemberConfig {
  private static final String BUILT_IN = "/cluster-config/tcp-ip.xml";

  /** By which Vert.x finds its own node among the members. */
  static final String NODE_ID = "__vertx.nodeId";

  /** Otherwise Hazelcast looks at no IPv6 address of the machine. */
  private static final String PREFER_IPV4 = "hazelcast.prefer.ipv4.stack";

  private MemberConfig() {}

  /**
   * @param others who is looked for, unless the file finds members in another way
   * @throws IllegalStateException when the file cannot be read or is wrong
   */
  static Config of(ClusterSettings settings, MemberAddresses others) {
    Config config = read(settings.config());
    config.setClusterName(settings.name());
    config.getMemberAttributeConfig().setAttribute(NODE_ID, UUID.randomUUID().toString());
    NetworkConfig network = config.getNetworkConfig();
    InetSocketAddress listen = settings.listen();
    network.setPort(listen.getPort()).setPortAutoIncrement(false);
    network.getInterfaces().setEnabled(true).clear().addInterface(host(listen));
    if (resolved(listen) instanceof Inet6Address) {
      config.setProperty(PREFER_IPV4, "false");
    }
    network.setPublicAddress(settings.publicAddress());
    TcpIpConfig tcpIp = network.getJoin().getTcpIpConfig();
    if (tcpIp.isEnabled()) {
      tcpIp.addMember(
          settings.publicAddress() == null
              ? MemberAddresses.literal(resolved(listen)) + ":" + listen.getPort()
              : settings.publicAddress());
      others.tell(tcpIp);
    }
    return config;
  }

  /** The address in numbers: Hazelcast compares it with those of the machine's interfaces. */
  static String host(InetSocketAddress listen) {
    return resolved(listen).getHostAddress();
  }

  /**
   * @throws IllegalStateException when it has no address
   */
  static InetAddress resolved(InetSocketAddress listen) {
    if (listen.isUnresolved()) {
      throw new IllegalStateException(listen.getHostString() + " is no address of this machine");
    }
    return listen.getAddress();
  }

  private static Config read(@Nullable Path file) {
    String name = file == null ? BUILT_IN : file.toString();
    try (InputStream xml =
        file == null
            ? MemberConfig.class.getResourceAsStream(BUILT_IN)
            : Files.newInputStream(file)) {
      if (xml == null) {
        throw new IllegalStateException(BUILT_IN + " is not on the class path");
      }
      return new XmlConfigBuilder(xml).build();
    } catch (IOException e) {
      throw new IllegalStateException(name + ": cannot be read", e);
    } catch (HazelcastException | IllegalArgumentException e) {
      throw new IllegalStateException(name + ": " + e.getMessage(), e);
    }
  }
}
