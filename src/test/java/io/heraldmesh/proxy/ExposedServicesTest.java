package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.upstream.OwnListeners;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A service that can be called past its proxy is told; one that cannot is not. */
class ExposedServicesTest {
  private final OwnListeners own = new OwnListeners();

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "10.0.0.5", "2001:db8::5", "::ffff:10.0.0.5"})
  void aServiceBeyondLoopbackIsNamedWithItsAddress(String address) {
    assertThat(exposed("127.0.0.1:9000", address, 9000))
        .singleElement()
        .asString()
        .contains("b/server", "port web", ":9000", "past policy", "127.0.0.1 only");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.0.0.9", "::1", "::ffff:127.0.0.1"})
  void aServiceOnLoopbackIsNot(String address) {
    assertThat(exposed("127.0.0.1:9000", address, 9000)).isEmpty();
    assertThat(exposed("localhost:9000", address, 9000)).isEmpty();
  }

  @Test
  void otherPortsAreNobodysService() {
    assertThat(exposed("127.0.0.1:9000", "0.0.0.0", 9001)).isEmpty();
  }

  @Test
  void aServiceOfAnotherMachineIsNotLookedForHere() {
    assertThat(exposed("192.0.2.7:9000", "0.0.0.0", 9000)).isEmpty();
    assertThat(exposed("db.example:9000", "0.0.0.0", 9000)).isEmpty();
  }

  @Test
  void aServiceThatIsCalledByTheMachinesNameIsLookedAtToo() throws Exception {
    String app = InetAddress.getLocalHost().getHostName() + ":9000";
    own.lookUp(List.of(HostPort.parse(app)));
    assertThat(exposed(app, "0.0.0.0", 9000)).hasSize(1);
  }

  @Test
  void theProxyItselfMayListenOnTheServicesPortElsewhere() {
    own.add(true, new InetSocketAddress("10.0.0.5", 9000));
    assertThat(exposed("127.0.0.1:9000", "10.0.0.5", 9000)).isEmpty();
    assertThat(exposed("127.0.0.1:9000", "10.0.0.6", 9000)).hasSize(1);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void socketsOfThisMachineAreLookedAtAndLookedAtAgain() throws Exception {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    Vertx vertx = Vertx.vertx();
    try (ServerSocket inside = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        ServerSocket outside = new ServerSocket(0)) {
      ExposedServices services =
          new ExposedServices(
              vertx,
              "n",
              List.of(
                  workload("127.0.0.1:" + inside.getLocalPort()),
                  workload(
                      InetAddress.getLocalHost().getHostName() + ":" + outside.getLocalPort())),
              own,
              meters);
      Mesh.await(services.start());
      assertThat(services.found())
          .singleElement()
          .asString()
          .contains(":" + outside.getLocalPort() + ",");
      assertThat(meters.get("herald_exposed_services").tag("node", "n").gauge().value())
          .isEqualTo(1);
      outside.close();
      Mesh.await(services.look());
      assertThat(services.found()).isEmpty();
      assertThat(meters.get("herald_exposed_services").gauge().value()).isZero();
      services.close();
    } finally {
      Mesh.await(vertx.close());
    }
  }

  private List<String> exposed(String app, String address, int port) {
    return ExposedServices.exposed(
        List.of(workload(app)), List.of(new InetSocketAddress(address, port)), own);
  }

  private static WorkloadSettings workload(String app) {
    return new WorkloadSettings(
        new Workload("b", "server"),
        "server",
        Map.of(),
        null,
        List.of(),
        List.of(
            new InboundPort(
                "web",
                80,
                Protocol.HTTP,
                HostPort.parse(app),
                new HostPort("127.0.0.1", 0),
                null)));
  }
}
