package io.heraldmesh.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.config.SplitBrainProtectionConfig;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionOn;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of {@code cluster-config}, read as a node reads them. */
class ShippedClusterConfigTest {
  @ParameterizedTest
  @ValueSource(strings = {"tcp-ip", "kubernetes", "multicast"})
  void membersFindEachOtherInOneWayOnly(String file) {
    JoinConfig join = read(file).getNetworkConfig().getJoin();
    assertThat(
            Map.of(
                "tcp-ip", join.getTcpIpConfig().isEnabled(),
                "kubernetes", join.getKubernetesConfig().isEnabled(),
                "multicast", join.getMulticastConfig().isEnabled()))
        .allSatisfy((way, enabled) -> assertThat(enabled).as(way).isEqualTo(way.equals(file)));
    assertThat(join.isAutoDetectionEnabled()).isFalse();
    assertThat(join.getAwsConfig().isEnabled()).isFalse();
    assertThat(join.getAzureConfig().isEnabled()).isFalse();
    assertThat(join.getGcpConfig().isEnabled()).isFalse();
    assertThat(join.getEurekaConfig().isEnabled()).isFalse();
    assertThat(join.getDiscoveryConfig().isEnabled()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp-ip", "kubernetes", "multicast"})
  @SuppressWarnings("removal") // REST is asked about as long as it is there
  void whatMembersDoNotNeedIsOff(String file) {
    Config config = read(file);
    NetworkConfig network = config.getNetworkConfig();
    assertThat(network.getRestApiConfig().isEnabled()).isFalse();
    assertThat(network.getMemcacheProtocolConfig().isEnabled()).isFalse();
    assertThat(network.isPortAutoIncrement()).isFalse();
    assertThat(network.getPublicAddress()).isNull();
    assertThat(config.getAdvancedNetworkConfig().isEnabled()).isFalse();
    assertThat(config.getTpcConfig().isEnabled()).isFalse();
    assertThat(config.getJetConfig().isEnabled()).isFalse();
    assertThat(config.getJetConfig().isResourceUploadEnabled()).isFalse();
    assertThat(config.getMetricsConfig().isEnabled()).isFalse();
    assertThat(config.getUserCodeDeploymentConfig().isEnabled()).isFalse();
    assertThat(config.getManagementCenterConfig().isScriptingEnabled()).isFalse();
    assertThat(config.getManagementCenterConfig().isConsoleEnabled()).isFalse();
    assertThat(config.getWanReplicationConfigs()).isEmpty();
    assertThat(config.getProperty("hazelcast.phone.home.enabled")).isEqualTo("false");
    assertThat(config.getProperty("hazelcast.socket.bind.any")).isEqualTo("false");
    assertThat(config.getProperty("hazelcast.socket.client.bind.any")).isEqualTo("false");
    assertThat(config.getProperty("hazelcast.logging.type")).isEqualTo("slf4j");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp-ip", "kubernetes", "multicast"})
  void aMemberThatHangsIsOutAfterTenSecondsAndHalvesComeTogetherAfterTwo(String file) {
    Config config = read(file);
    assertThat(config.getProperty("hazelcast.heartbeat.interval.seconds")).isEqualTo("1");
    assertThat(config.getProperty("hazelcast.max.no.heartbeat.seconds")).isEqualTo("10");
    assertThat(config.getProperty("hazelcast.merge.first.run.delay.seconds")).isEqualTo("2");
    assertThat(config.getProperty("hazelcast.merge.next.run.delay.seconds")).isEqualTo("2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp-ip", "kubernetes", "multicast"})
  void whatHeraldKeepsIsOnTheSideOfTheMajorityAndNoClassIsReadThatIsNotListed(String file) {
    Config config = read(file);
    String protectedBy = config.findMapConfig("herald.anything").getSplitBrainProtectionName();
    SplitBrainProtectionConfig majority =
        config.getSplitBrainProtectionConfigs().get(String.valueOf(protectedBy));
    assertThat(majority).as("protection %s", protectedBy).isNotNull();
    assertThat(majority.isEnabled()).isTrue();
    assertThat(majority.getMinimumClusterSize()).isEqualTo(2);
    assertThat(majority.getProtectOn()).isEqualTo(SplitBrainProtectionOn.READ_WRITE);
    for (String map : List.of("__vertx.nodeInfo", "__vertx.haInfo", "herald.anything")) {
      assertThat(config.findMapConfig(map).getBackupCount()).as(map).isEqualTo(2);
    }
    assertThat(config.findMultiMapConfig("__vertx.subs").getBackupCount()).isEqualTo(2);
    JavaSerializationFilterConfig filter =
        config.getSerializationConfig().getJavaSerializationFilterConfig();
    assertThat(filter.isDefaultsDisabled()).isTrue();
    assertThat(filter.getWhitelist().isEmpty()).isFalse();
    assertThat(filter.getWhitelist().getPrefixes()).isEmpty();
  }

  private static Config read(String file) {
    ClusterSettings settings =
        new ClusterSettings(
            "herald-mesh.test",
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 5701),
            null,
            List.of("127.0.0.2:5701"),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            null,
            Path.of("cluster-config", file + ".xml"));
    return MemberConfig.of(settings, MemberAddresses.of(settings));
  }
}
