package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.InboundPort;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What others are told of a port that listens at every address of its machine. */
class AdvertisedPortsTest {
  private static final String ATTACHED =
      "  roles: [proxy]\n  attached: {to: [\"10.0.0.1:15012\", \"10.0.0.2:15012\"]}\n";

  @TempDir Path folder;
  private NodeFiles files;

  /** From which address the machine speaks to which; nothing else has a route. */
  private final Map<String, String> routes = new HashMap<>();

  @BeforeEach
  void inAFolder() {
    files = new NodeFiles(folder);
  }

  @Test
  void theAddressFromWhichTheNodeSpeaksToItsControlNodes() throws Exception {
    routes.put("10.0.0.1", "10.0.0.5");
    routes.put("192.0.2.1", "172.16.0.9");
    assertThat(told(ATTACHED, "0.0.0.0:15106")).isEqualTo(new HostPort("10.0.0.5", 0));
  }

  @Test
  void theNextControlNodeWhereTheFirstHasNoRoute() throws Exception {
    routes.put("10.0.0.2", "10.0.0.6");
    assertThat(told(ATTACHED, "0.0.0.0:15106")).isEqualTo(new HostPort("10.0.0.6", 0));
  }

  /** A control node of this machine says nothing of how others reach it. */
  @Test
  void anAddressThatOthersReachWhereTheControlNodeIsOnTheSameMachine() throws Exception {
    routes.put("10.0.0.1", "127.0.0.1");
    routes.put("192.0.2.1", "172.16.0.9");
    assertThat(told(ATTACHED, "0.0.0.0:15106")).isEqualTo(new HostPort("172.16.0.9", 0));
  }

  @Test
  void loopbackWhereTheMachineHasNothingElse() throws Exception {
    routes.put("10.0.0.1", "127.0.0.1");
    assertThat(told(ATTACHED, "0.0.0.0:15106")).isEqualTo(new HostPort("127.0.0.1", 0));
  }

  @Test
  void noAddressOfIpv6WhereIpv4IsListenedTo() throws Exception {
    routes.put("10.0.0.1", "fd00::5");
    routes.put("10.0.0.2", "10.0.0.6");
    assertThat(told(ATTACHED, "0.0.0.0:15106")).isEqualTo(new HostPort("10.0.0.6", 0));
    assertThat(told(ATTACHED, "\"[::]:15106\"")).isEqualTo(new HostPort("fd00::5", 0));
  }

  @Test
  void aControlNodeTellsTheAddressFromWhichItSpeaksToTheOthers() throws Exception {
    routes.put("10.0.0.2", "10.0.0.1");
    String cluster =
        "  cluster: {listen: \"10.0.0.1:5701\", members: [{name: node-1, address: \"10.0.0.1:5701\"},"
            + " {name: node-2, address: \"10.0.0.2:5701\"}]}\n"
            + "  database: {postgres: {url: \"jdbc:postgresql://10.0.0.9/herald\", user: u, passwordFile: p}}\n"
            + "  authority: {cacerts: c}\n";
    assertThat(told(cluster, "0.0.0.0:15106")).isEqualTo(new HostPort("10.0.0.1", 0));
  }

  @Test
  void aControlNodeByItselfTellsOneThatOthersReach() throws Exception {
    routes.put("192.0.2.1", "172.16.0.9");
    assertThat(told("  control: {listen: \"0.0.0.0:15012\"}\n", "0.0.0.0:15106"))
        .isEqualTo(new HostPort("172.16.0.9", 0));
  }

  @ParameterizedTest
  @CsvSource({
    "'0.0.0.0:15106, advertise: 10.0.0.7:15106', 10.0.0.7:15106",
    "10.0.0.8:15106,",
    "127.0.0.1:0,",
    "web-1:15106,",
  })
  void whatTheNodeFileSaysIsKept(String listen, @Nullable String advertise) throws Exception {
    routes.put("10.0.0.1", "10.0.0.5");
    assertThat(told(ATTACHED, listen))
        .isEqualTo(advertise == null ? null : HostPort.parse(advertise));
  }

  /** Its endpoints are its own alone. */
  @Test
  void aNodeThatNobodyElseCanAttachToTellsNothing() throws Exception {
    routes.put("192.0.2.1", "172.16.0.9");
    assertThat(told("", "0.0.0.0:15106")).isNull();
  }

  @Test
  void theRoutesAreThoseOfTheMachine() throws Exception {
    NodeConfig config =
        files.read(
            node("  roles: [proxy]\n  attached: {to: [\"127.0.0.1:15012\"]}\n", "0.0.0.0:15106"));
    HostPort told = port(new AdvertisedPorts(), config).advertise();
    assertThat(told).isNotNull();
    InetAddress address = InetAddress.getByName(told.host());
    assertThat(address.isAnyLocalAddress()).isFalse();
    assertThat(java.net.NetworkInterface.getByInetAddress(address)).isNotNull();
  }

  private @Nullable HostPort told(String spec, String listen) throws IOException {
    return port(new AdvertisedPorts(this::route), files.read(node(spec, listen))).advertise();
  }

  private Optional<InetAddress> route(HostPort to) {
    String source = routes.get(to.host());
    try {
      return source == null
          ? Optional.empty()
          : Optional.of(
              InetAddress.getByAddress(NetUtil.createByteArrayFromIpAddressString(source)));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static InboundPort port(AdvertisedPorts ports, NodeConfig config) {
    return ports.of(config).getFirst().ports().getFirst();
  }

  private static String node(String spec, String listen) {
    String least =
        spec.contains("attached")
            ? NodeFiles.LEAST.replace("  resources: resources\n", "")
            : NodeFiles.LEAST;
    return least
        + spec
        + "  workloads: [{namespace: a, name: b, ports: [{name: http, port: 80, app: 127.0.0.1:1, listen: "
        + listen
        + "}]}]\n";
  }
}
