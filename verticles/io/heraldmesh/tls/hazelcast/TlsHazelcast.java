package io.heraldmesh.tls.hazelcast;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.BuildInfoProvider;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.internal.cluster.impl.JoinMessage;
import com.hazelcast.internal.server.ServerContext;
import io.heraldmesh.tls.MemberTls;
import java.time.Duration;

/**
 * Starts a Hazelcast member whose every connection is mutual TLS with a pinned member at the other
 * end. Stands on internals of one version of Hazelcast; with another it does not start.
 */
public final class TlsHazelcast {
  /** The version whose internals these are. */
  public static final String VERSION = "5.7.0";

  /** Member attribute with the name that the member's certificate must have. */
  public static final String NAME_ATTRIBUTE = "herald.name";

  private TlsHazelcast() {}

  /**
   * @param handshake how long TLS may take
   * @param patience how long a busy connection may go on with an earlier leaf
   */
  public record Times(Duration handshake, Duration patience) {
    public static final Times DEFAULT = new Times(Duration.ofSeconds(5), Duration.ofSeconds(30));
  }

  /**
   * Starts a member and joins; blocks for it.
   *
   * @param config changed: gets the member's name
   * @throws IllegalStateException when this is not the Hazelcast it was written for, when the
   *     configuration would let in others than members, or when the cluster refuses this member
   */
  public static HazelcastInstance start(Config config, MemberTls tls, Times times) {
    requireSeam(BuildInfoProvider.getBuildInfo().getVersion());
    requireMembersOnly(config);
    config.getMemberAttributeConfig().setAttribute(NAME_ATTRIBUTE, tls.name());
    return HazelcastInstanceFactory.newHazelcastInstance(
        config, config.getInstanceName(), new Context(tls, times));
  }

  /**
   * @throws IllegalStateException when what this overrides is not there, so that members would
   *     speak without TLS
   */
  static void requireSeam(String version) {
    if (!version.equals(VERSION)) {
      throw new IllegalStateException(
          "this is Hazelcast "
              + version
              + "; TLS between members is written for "
              + VERSION
              + ", and no member starts without it: use the version that Herald ships");
    }
    try {
      DefaultNodeContext.class.getMethod("createNodeExtension", Node.class);
      DefaultNodeExtension.class.getMethod("createChannelInitializerFn", ServerContext.class);
      DefaultNodeExtension.class.getMethod("validateJoinRequest", JoinMessage.class);
    } catch (NoSuchMethodException | LinkageError e) {
      throw new IllegalStateException(
          "Hazelcast "
              + version
              + " is not as it was published: "
              + e.getMessage()
              + "; TLS between members cannot be put in, so no member starts",
          e);
    }
  }

  @SuppressWarnings("removal") // REST is asked about as long as it is there
  private static void requireMembersOnly(Config config) {
    if (config.getAdvancedNetworkConfig().isEnabled()) {
      throw new IllegalStateException("advanced-network opens other endpoints; remove it");
    }
    if (config.getNetworkConfig().getRestApiConfig().isEnabled()
        || config.getNetworkConfig().getMemcacheProtocolConfig().isEnabled()) {
      throw new IllegalStateException("rest-api and memcache-protocol are not for members");
    }
    if (config.getTpcConfig().isEnabled()) {
      throw new IllegalStateException("tpc opens sockets past TLS; switch it off");
    }
    if (config.getJetConfig().isEnabled()) {
      throw new IllegalStateException("jet is not used; switch it off");
    }
    JavaSerializationFilterConfig filter =
        config.getSerializationConfig().getJavaSerializationFilterConfig();
    // Hazelcast takes an empty list for none, and then reads everything
    if (filter == null || !filter.isDefaultsDisabled() || filter.getWhitelist().isEmpty()) {
      throw new IllegalStateException(
          "java-serialization-filter must name what may be read, with defaults-disabled=\"true\"");
    }
  }

  private static final class Context extends DefaultNodeContext {
    private final MemberTls tls;
    private final Times times;

    Context(MemberTls tls, Times times) {
      this.tls = tls;
      this.times = times;
    }

    @Override
    public NodeExtension createNodeExtension(Node node) {
      return new TlsNodeExtension(node, tls, times);
    }
  }
}
