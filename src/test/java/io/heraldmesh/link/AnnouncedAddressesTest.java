package io.heraldmesh.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heraldmesh.Await;
import io.heraldmesh.Ipv6;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.AdvertisedAddress;
import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.Announcement.AnnouncedPort;
import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.Envelope;
import io.heraldmesh.bus.EnvelopeSigner;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.Recipient;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.policy.Protocol;
import io.vertx.core.Future;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a node that is attached from 127.0.0.1 may say that it is reached. */
class AnnouncedAddressesTest {
  private final LinkFixture mesh = new LinkFixture();
  private final LinkFixture.Control control = mesh.control(0);
  private final List<Announcement> passed = new CopyOnWriteArrayList<>();
  private long sequence;

  AnnouncedAddressesTest() {
    serveAnnouncements(control);
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::ffff:127.0.0.1", "0:0:0:0:0:ffff:7f00:1"})
  void aNodeIsReachedWhereItIsAttachedFrom(String host) {
    Await.result(announced(attached("n1"), host));
    assertThat(passed).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.9", "2001:db8::9", "web.example", "localhost", "0.0.0.0", "::"})
  void anotherAddressIsRefusedWithWhatIsSeenAndWhatToDo(String host) {
    assertThat(refusal(announced(attached("n1"), host)))
        .isEqualTo(
            "config.announce: announced "
                + host
                + ", but is attached from 127.0.0.1: correct advertise in the node file, or register"
                + " the address: herald token create --node n1 --address "
                + host);
    assertThat(passed).isEmpty();
    assertThat(control.meters().counter("herald_link_dropped").count()).isEqualTo(1);
  }

  @Test
  void oneForeignAddressAmongItsOwnRefusesAllThatItSays() {
    assertThat(refusal(announced(attached("n1"), "127.0.0.1", "192.0.2.9", "127.0.0.1")))
        .contains("announced 192.0.2.9,");
    assertThat(passed).isEmpty();
  }

  @Test
  void whereItIsRegisteredItIsReachedTooAndNobodyElseIs() {
    mesh.registrations = registered("n1", "192.0.2.9", "198.51.100.0/24", "web.example");
    Await.result(
        announced(attached("n1"), "192.0.2.9", "198.51.100.7", "Web.Example", "127.0.0.1"));
    assertThat(passed).hasSize(1);

    assertThat(refusal(announced(attached("n2"), "192.0.2.9")))
        .contains("announced 192.0.2.9,")
        .endsWith("--node n2 --address 192.0.2.9");
    assertThat(passed).hasSize(1);
  }

  @Test
  void whatWasRegisteredElsewhereJustNowCountsAtOnce() {
    mesh.elsewhere = () -> registered("n1", "192.0.2.9");
    Await.result(announced(attached("n1"), "192.0.2.9"));
    assertThat(passed).hasSize(1);
  }

  @Test
  void aNodeComesAgainWhenWhatIsRegisteredCannotBeRead() {
    mesh.elsewhere =
        () -> {
          throw new IllegalStateException("the database is away");
        };
    LinkFixture.Attaching node = attached("n1");
    BusException away = failure(announced(node, "192.0.2.9"));
    assertThat(away.failure()).isEqualTo(BusFailure.NOT_READY);
    assertThat(away.failure().retryHelps()).isTrue();
    Await.result(announced(node, "127.0.0.1"));
  }

  @Test
  void anAnnouncementThatCannotBeReadIsNotPassedOn() {
    HeraldSvid svid = mesh.mesh.svid(HeraldRole.NODE, "n1");
    Instant now = mesh.clock.instant();
    byte[] signed =
        new EnvelopeSigner(mesh.mesh.crypto())
            .seal(
                svid,
                "config.announce",
                "herald.config",
                new Recipient.AnyOf(TestAuthority.TD, HeraldRole.CONFIG),
                ByteString.of(new byte[Envelope.NONCE_BYTES]),
                now,
                now.plusSeconds(60),
                "{\"sequence\":1}".getBytes(StandardCharsets.UTF_8));
    RawLink link = new RawLink(mesh, mesh.vertx(), svid, control.address()).hello().greeted();
    link.ask(1, "herald.config", signed);

    assertThat(link.answer(1).getFailure().getCode()).isEqualTo(BusFailure.MALFORMED.code());
    assertThat(link.answer(1).getFailure().getMessage()).startsWith("Announcement cannot be read");
    assertThat(passed).isEmpty();
  }

  @Test
  void aNodeOnTheMachineOfItsControlNodeIsReachedAtTheMachinesAddresses() throws Exception {
    Stream<InetAddress> others =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(one -> !one.isLoopbackAddress() && !one.isLinkLocalAddress());
    List<String> hosts = others.map(one -> one.getHostAddress().replaceFirst("%.*", "")).toList();
    assumeTrue(!hosts.isEmpty(), "the machine has no other address");
    Await.result(announced(attached("n1"), hosts.toArray(String[]::new)));
    assertThat(passed).hasSize(1);
  }

  @Test
  void theSameHoldsInIpv6() {
    Ipv6.assumeThere();
    LinkFixture.Control six = mesh.control("::1", 0);
    serveAnnouncements(six);
    Forwarder fromSix = new Forwarder(mesh.vertx(), six.address());
    LinkFixture.Attaching node = mesh.node("n1", fromSix.address());
    LinkFixture.attached(node);

    Await.result(announced(node, "::1", "0:0:0:0:0:0:0:1"));
    assertThat(refusal(announced(node, "2001:db8::9")))
        .contains("announced 2001:db8::9, but is attached from 0:0:0:0:0:0:0:1:");
    assertThat(passed).hasSize(1);
  }

  private LinkFixture.Attaching attached(String name) {
    LinkFixture.Attaching node = mesh.node(name, control.address());
    LinkFixture.attached(node);
    return node;
  }

  private static Registrations registered(String node, String... addresses) {
    return new Registrations(
        Map.of(),
        Map.of(
            node,
            Arrays.stream(addresses).map(AdvertisedAddress::parse).collect(Collectors.toSet())));
  }

  /** As by {@code herald.config} of the control plane. */
  private void serveAnnouncements(LinkFixture.Control at) {
    DistributorService.Server serving =
        (DistributorService.Server)
            Proxy.newProxyInstance(
                AnnouncedAddressesTest.class.getClassLoader(),
                new Class<?>[] {DistributorService.Server.class},
                (proxy, method, arguments) -> {
                  passed.add((Announcement) arguments[1]);
                  return Future.succeededFuture();
                });
    Await.result(DistributorService.serve(mesh.bus(at, HeraldRole.CONFIG), serving));
  }

  /** One workload with a port at each host. */
  private Future<Void> announced(LinkFixture.Attaching node, String... hosts) {
    List<AnnouncedPort> ports =
        Arrays.stream(hosts)
            .map(host -> new AnnouncedPort("http", 8080, Protocol.HTTP, host, 15106))
            .toList();
    return DistributorService.over(node.bus())
        .announce(
            new Announcement(
                ++sequence,
                List.of(new AnnouncedWorkload("shop", "web", "web", Map.of(), ports, true))));
  }

  private static String refusal(Future<Void> announced) {
    BusException refused = failure(announced);
    assertThat(refused.failure()).isEqualTo(BusFailure.NOT_REGISTERED);
    return refused.detail();
  }

  private static BusException failure(Future<Void> announced) {
    return (BusException) Await.failure(announced);
  }
}
