package io.heraldmesh.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.tls.MeshProtocol;
import io.heraldmesh.tls.OriginationFiles;
import java.net.InetSocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where no client is led to, by what the connection would prove. */
class DialGuardTest {
  private static final SpiffeId CALLER =
      SpiffeId.workload(new TrustDomain("mesh.test"), "a", "caller");
  private static final HostPort NAME = new HostPort("name.test", 80);
  private static final Target PLAIN = Target.plain(NAME, false);
  private static final Target BYTES = Target.plainTcp(NAME);
  private static final Target SERVICE = Target.service(NAME, false);
  private static final Target MESH =
      Target.secured(NAME, new Target.Mesh(CALLER, MeshProtocol.HTTP1, "sni", Set.of(CALLER)));
  private static final Target ORIGINATED =
      Target.secured(
          NAME,
          new Target.Originated(
              CALLER,
              MeshProtocol.HTTP1,
              new OriginationFiles(null, null, null),
              "name.test",
              Set.of("name.test")));

  private final OwnListeners own = new OwnListeners();
  private final DialGuard strict = new DialGuard(own, false);
  private final DialGuard open = new DialGuard(own, true);

  @ParameterizedTest
  @ValueSource(strings = {"10.1.2.3", "192.168.0.9", "2001:db8::1"})
  void ordinaryAddressesAreDialled(String address) {
    for (Target target : new Target[] {PLAIN, BYTES, MESH, ORIGINATED, SERVICE}) {
      assertThat(ask(strict, target, address, 80)).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1"})
  void thisMachineIsCalledOnlyWhereItProvesWhoItIsOrTheNodeFileAllowsIt(String address) {
    for (Target target : new Target[] {PLAIN, BYTES, ORIGINATED}) {
      assertThat(ask(strict, target, address, 80))
          .contains("no client is led to", "spec.outbound.allowLoopback");
      assertThat(ask(open, target, address, 80)).isNull();
    }
    assertThat(ask(strict, MESH, address, 80)).isNull();
    assertThat(ask(strict, SERVICE, address, 80)).isNull();
  }

  @Test
  void aLoopbackAddressThatAResourceWritesItselfIsMeantSo() {
    for (String literal : new String[] {"127.0.0.1", "::1"}) {
      Target written = Target.plain(new HostPort(literal, 80), false);
      assertThat(ask(strict, written, literal, 80)).isNull();
    }
    Target anywhere = Target.plain(new HostPort("0.0.0.0", 80), false);
    assertThat(ask(strict, anywhere, "0.0.0.0", 80)).contains("no client is led to");
    Target metadata = Target.plain(new HostPort("169.254.169.254", 80), false);
    assertThat(ask(strict, metadata, "169.254.169.254", 80)).contains("no client is led to");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200", "224.0.0.1"})
  void theseAreNeverDialledForAClientWhateverIsAllowed(String address) {
    for (Target target : new Target[] {PLAIN, BYTES, ORIGINATED, MESH}) {
      assertThat(ask(open, target, address, 80)).contains("no client is led to");
    }
  }

  @Test
  void listenersOfTheNodeItselfAreNeverDialled() {
    own.add(new HostPort("127.0.0.1", 15000));
    own.add(false, new InetSocketAddress("0.0.0.0", 15001));
    for (Target target : new Target[] {PLAIN, BYTES, ORIGINATED, MESH, SERVICE}) {
      assertThat(ask(open, target, "127.0.0.1", 15000)).contains("own listeners");
      assertThat(ask(open, target, "0.0.0.0", 15000)).contains("own listeners");
      assertThat(ask(open, target, "127.0.0.1", 15001)).contains("own listeners");
      assertThat(ask(open, target, "::1", 15001)).contains("own listeners");
      assertThat(ask(open, target, "127.0.0.1", 15002)).isNull();
    }
    assertThat(ask(open, PLAIN, "192.0.2.1", 15001)).as("another machine's").isNull();
  }

  @Test
  void anInboundListenerIsAWayInButNotTheServiceBehindOne() {
    own.add(true, new InetSocketAddress("127.0.0.1", 15106));
    assertThat(ask(strict, PLAIN, "127.0.0.1", 15106)).isNull();
    assertThat(ask(strict, MESH, "127.0.0.1", 15106)).isNull();
    assertThat(ask(strict, SERVICE, "127.0.0.1", 15106)).contains("a loop");
    assertThat(ask(strict, PLAIN, "127.0.0.1", 15107)).isNotNull();
  }

  @Test
  void whatACapturedClientChoseIsNeverMeantSoByAResource() {
    for (Target.Chosen who :
        new Target.Chosen[] {Target.Chosen.BY_WORKLOAD, Target.Chosen.BY_CALLER}) {
      for (String literal : new String[] {"127.0.0.1", "::1", "0.0.0.0", "169.254.169.254"}) {
        Target dialled = Target.plainTcp(new HostPort(literal, 80)).chosen(who);
        assertThat(ask(strict, dialled, literal, 80)).as("%s %s", who, literal).isNotNull();
      }
      Target ordinary = Target.plainTcp(new HostPort("10.1.2.3", 80)).chosen(who);
      assertThat(ask(strict, ordinary, "10.1.2.3", 80)).isNull();
    }
  }

  @Test
  void whatACapturedClientChoseIsNoListenerOfTheNodeAndNoServiceBehindIt() {
    own.add(true, new InetSocketAddress("127.0.0.1", 15106));
    own.addService(new HostPort("127.0.0.1", 9000));
    own.addService(new HostPort("192.0.2.1", 9001));
    for (Target.Chosen who :
        new Target.Chosen[] {Target.Chosen.BY_WORKLOAD, Target.Chosen.BY_CALLER}) {
      Target dialled = Target.plainTcp(new HostPort("127.0.0.1", 80)).chosen(who);
      assertThat(ask(open, dialled, "127.0.0.1", 15106)).contains("a loop");
      assertThat(ask(open, dialled, "127.0.0.1", 9000)).contains("behind its proxy");
      assertThat(ask(open, dialled, "::1", 9000)).contains("behind its proxy");
      assertThat(ask(open, dialled, "192.0.2.7", 9000)).as("another machine's").isNull();
      assertThat(ask(open, dialled, "127.0.0.1", 9001)).as("a service elsewhere").isNull();
    }
    assertThat(ask(open, PLAIN, "127.0.0.1", 9000)).as("an endpoint of a resource").isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "::ffff:0:7f00:1",
        "::7f00:1",
        "2002:7f00:1::",
        "2001:db8::5efe:7f00:1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe"
      })
  void anAddressOfTheNodeInsideAnotherIsTheNodes(String wrapped) {
    own.add(new HostPort("127.0.0.1", 15000));
    own.add(false, new InetSocketAddress("0.0.0.0", 15001));
    own.add(true, new InetSocketAddress("127.0.0.1", 15106));
    own.addService(new HostPort("127.0.0.1", 9000));
    for (Target target : new Target[] {PLAIN, BYTES, ORIGINATED, MESH, SERVICE}) {
      assertThat(ask(open, target, wrapped, 15000)).contains("own listeners");
      assertThat(ask(open, target, wrapped, 15001)).contains("own listeners");
    }
    Target dialled = BYTES.chosen(Target.Chosen.BY_WORKLOAD);
    assertThat(ask(open, dialled, wrapped, 15106)).contains("a loop");
    assertThat(ask(open, dialled, wrapped, 9000)).contains("behind its proxy");
    assertThat(ask(strict, PLAIN, wrapped, 15106))
        .as("who unwraps it may not be this machine")
        .contains("no client is led to");
  }

  private static @Nullable String ask(DialGuard guard, Target target, String address, int port) {
    return guard.refusal(target, new InetSocketAddress(address, port));
  }
}
