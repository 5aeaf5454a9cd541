package io.heraldmesh.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.policy.Balancing;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.UpstreamTls;
import io.heraldmesh.policy.VirtualAddresses;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the address and port that a client dialled stand for. */
class AddressIndexTest {
  private static final SpiffeId CALLER =
      SpiffeId.workload(new TrustDomain("mesh.test"), "a", "caller");

  /** Listed first, and with a block around what the others name: it still gives way to them. */
  private final Routes routes =
      routes(
          service("wide", 80, List.of("10.0.0.0/8", "fd00::/16")),
          service("narrow", 80, List.of("10.9.0.0/16")),
          service("single", 80, List.of("10.9.0.1", "fd00::1")),
          service("db", 5432, List.of(), endpoint("10.1.0.1", 15106, 5433)),
          service("cache", 6379, List.of(), endpoint("10.1.0.1", 15107, 5432)),
          service("named", 81, List.of(), endpoint("web.example", 15108, 8081)),
          service("first", 443, List.of("10.20.0.0/16", "10.20.0.1")),
          service("second", 443, List.of("10.20.0.0/16")),
          service("inner", 443, List.of("10.20.30.0/24")),
          service("any", 9042, List.of("0.0.0.0/0", "::/0"), endpoint("db.example", 9042, 9042)),
          service("any2", 6380, List.of("0.0.0.0/0", "::/0")),
          service("named2", 6380, List.of(), endpoint("10.1.0.3", 15109, 6380)));

  @Test
  void whatSaysMoreAboutAnAddressGoesFirst() {
    assertThat(at("10.9.0.1", 80)).isEqualTo("single -1");
    assertThat(at("fd00::1", 80)).isEqualTo("single -1");
    assertThat(at("10.9.0.2", 80)).isEqualTo("narrow -1");
    assertThat(at("10.8.0.2", 80)).isEqualTo("wide -1");
    assertThat(at("fd00::2", 80)).isEqualTo("wide -1");
  }

  @Test
  void anEndpointIsKnownByEachPortThatMayBeMeant() {
    assertThat(at("10.1.0.1", 15106)).as("the proxy's").isEqualTo("db 0");
    assertThat(at("10.1.0.1", 5433)).as("the service's own").isEqualTo("db 0");
    assertThat(at("10.1.0.1", 6379)).as("the Service's").isEqualTo("cache 0");
    assertThat(at("10.1.0.1", 5432))
        .as("a service's own port goes before another's Service port")
        .isEqualTo("cache 0");
  }

  @Test
  void theBlockOfAllAddressesStandsForWhateverNothingElseDoes() {
    assertThat(at("192.0.2.1", 9042)).isEqualTo("any -1");
    assertThat(at("2001:db8::1", 9042)).isEqualTo("any -1");
    assertThat(at("192.0.2.1", 6380)).isEqualTo("any2 -1");
    assertThat(at("10.1.0.3", 6380)).isEqualTo("named2 0");
    assertThat(at("192.0.2.1", 9043)).isEqualTo("-");
  }

  @Test
  void whereABlockIsSharedANameTellsMoreThanTheAddress() {
    assertThat(at("10.20.0.2", 443)).isEqualTo("first -1");
    assertThat(shared("10.20.0.2", 443)).isTrue();
    assertThat(shared("10.20.0.1", 443)).as("an address of one of them alone").isFalse();
    assertThat(shared("10.20.30.1", 443)).as("a block of one alone").isFalse();
    assertThat(shared("10.9.0.2", 80)).as("blocks in one another").isFalse();
    assertThat(shared("192.0.2.1", 443)).as("nobody's").isFalse();
  }

  @Test
  void inTheBlockOfAllAddressesIsWhoeverHasThePort() {
    assertThat(shared("192.0.2.1", 6380)).isTrue();
    assertThat(shared("10.1.0.3", 6380)).as("an endpoint of one of them").isFalse();
    assertThat(shared("192.0.2.1", 9042)).as("nobody else's port").isFalse();
  }

  @Test
  void whatNobodyNamedStandsForNothing() {
    assertThat(at("10.9.0.1", 81)).isEqualTo("-");
    assertThat(at("192.0.2.1", 80)).isEqualTo("-");
    assertThat(at("10.1.0.2", 5432)).isEqualTo("-");
    assertThat(routes.hasPort(81)).isTrue();
    assertThat(routes.hasPort(82)).isFalse();
  }

  @Test
  void anIpv4AddressInIpv6IsTheIpv4Address() {
    assertThat(at("::ffff:10.9.0.1", 80)).isEqualTo("single -1");
  }

  private boolean shared(String address, int port) {
    return routes.shared(new InetSocketAddress(address, port));
  }

  private String at(String address, int port) {
    Addressed found = routes.at(new InetSocketAddress(address, port));
    return found == null
        ? "-"
        : found.route().destination().service().substring("a/".length()) + " " + found.endpoint();
  }

  private static Routes routes(Destination... destinations) {
    return new Routes(List.of(destinations), CALLER, "a", null, true, false);
  }

  private static Endpoint endpoint(String host, int port, int workloadPort) {
    return new Endpoint(host, port, new UpstreamTls.Mesh(), workloadPort);
  }

  private static Destination service(
      String name, int port, List<String> blocks, Endpoint... endpoints) {
    return new Destination(
        "a/" + name,
        Set.of(name + ".a"),
        port,
        Protocol.TCP,
        "outbound_." + port + "_._." + name,
        Set.of(CALLER),
        List.of(endpoints),
        Balancing.DEFAULT,
        new VirtualAddresses(blocks, false, null));
  }
}
