package io.heraldmesh.tls.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.Pem;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.tls.MemberTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What Hazelcast members, real ones, let in over their port and what not. */
class MemberTlsTest {
  private final MemberLab lab = new MemberLab(InstantSource.system());

  @AfterEach
  void stop() {
    lab.close();
  }

  @Test
  void membersJoinKnowEachOtherByNameAndCarryBigValues() {
    HazelcastInstance one = lab.start(lab.tls("c1"));
    HazelcastInstance two = lab.start(lab.tls("c2"));
    HazelcastInstance three = lab.start(lab.tls("c3"));
    for (HazelcastInstance member : List.of(one, two, three)) {
      Await.until("three members", () -> member.getCluster().getMembers().size() == 3);
      Await.until("connections", () -> MemberLab.peers(member).size() == 2);
    }
    assertThat(MemberLab.peers(one))
        .extracting(peer -> peer.identity().id())
        .containsExactlyInAnyOrder(config("c2"), config("c3"));

    byte[] big = new byte[3_000_000];
    new Random(7).nextBytes(big);
    one.getMap("m").put("big", big);
    for (int i = 0; i < 50; i++) {
      two.getMap("m").put("small" + i, new byte[i * 700]);
    }
    assertThat((byte[]) three.getMap("m").get("big")).isEqualTo(big);
    assertThat((byte[]) two.getMap("m").get("big")).isEqualTo(big);
    assertThat(three.getMap("m").size()).isEqualTo(51);
  }

  @Test
  void aMembersCertificateIsAnsweredInItsProtocol() throws Exception {
    HazelcastInstance one = lab.start(lab.tls("c1"));
    byte[] answer =
        MemberClient.say(MemberLab.port(one), lab.leaf(HeraldRole.ADMIN, "c2"), ascii("HZC"));
    assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HZC");
  }

  static Stream<Arguments> strangers() {
    MemberLab lab = new MemberLab(InstantSource.system());
    TestAuthority other = new TestAuthority(InstantSource.system());
    return Stream.of(
        Arguments.of("no certificate", null),
        Arguments.of(
            "another authority", lab.leaf(other, HeraldRole.CONFIG, "c2", Duration.ofHours(1))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("strangers")
  void whoeverCannotProveToBeOfTheMeshIsToldSoByAnAlert(String who, Credential leaf) {
    HazelcastInstance one = lab.start(lab.tls("c1"));
    assertThatThrownBy(() -> MemberClient.say(MemberLab.port(one), leaf, ascii("HZC")))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("alert");
    stillAlone(one);
  }

  @Test
  void aCertificateOfTheMeshAloneMakesNoMember() {
    HazelcastInstance one = lab.start(lab.tls("c1"));
    for (Credential leaf :
        List.of(
            lab.workloadLeaf(),
            lab.leaf(HeraldRole.NODE, "c2"),
            lab.leaf(HeraldRole.OPERATOR, "c2"),
            lab.leaf(HeraldRole.CONFIG, "c4"))) {
      assertThatThrownBy(() -> MemberClient.say(MemberLab.port(one), leaf, ascii("HZC")))
          .as("%s", leaf.id())
          .isInstanceOf(SSLException.class)
          .hasMessageContaining("alert");
    }
    stillAlone(one);
  }

  @Test
  void protocolsOfClientsAreNotSpokenEvenWithAMember()
      throws IOException, GeneralSecurityException {
    HazelcastInstance one = lab.start(lab.tls("c1"));
    Credential member = lab.leaf(HeraldRole.CONFIG, "c2");
    for (String protocol : List.of("CB2", "GET / HTTP/1.1\r\n\r\n", "get x\r\n", "HZX", "HEA")) {
      assertThat(MemberClient.say(MemberLab.port(one), member, ascii(protocol)))
          .as(protocol)
          .isEmpty();
    }
    stillAlone(one);
  }

  @Test
  void bytesThatAreNoTlsAreClosedAndHoldNothing() throws IOException {
    HazelcastInstance one = lab.start(lab.tls("c1"));
    byte[] noise = new byte[100_000];
    new Random(3).nextBytes(noise);
    for (byte[] bytes :
        List.of(
            ascii("HZC"),
            ascii("CB2"),
            ascii("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
            noise,
            // a record that says to be longer than TLS allows
            new byte[] {22, 3, 1, (byte) 0xff, (byte) 0xff, 1, 0, 0, 0})) {
      try {
        MemberClient.plain(MemberLab.port(one), bytes);
      } catch (IOException reset) {
        // as good as closed
      }
    }
    stillAlone(one);
  }

  @Test
  void whoSaysNothingIsClosedInTime() throws IOException {
    HazelcastInstance one = lab.start(lab.tls("c1"));
    long start = System.nanoTime();
    MemberClient.plain(MemberLab.port(one), new byte[0]);
    MemberClient.plain(MemberLab.port(one), new byte[] {22, 3, 1});
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
    stillAlone(one);
  }

  @Test
  void aPlainMemberWithTheRightClusterNameStaysOutside() {
    HazelcastInstance one = lab.start(lab.tls("c1"));
    one.getMap("m").put("k", "v");
    HazelcastInstance plain;
    try {
      plain = Hazelcast.newHazelcastInstance(lab.config(MemberLab.freePort()));
    } catch (IllegalStateException couldNotStart) {
      stillAlone(one);
      return;
    }
    try {
      assertThat(plain.getCluster().getMembers()).hasSize(1);
      assertThat(plain.getMap("m").size()).isZero();
      stillAlone(one);
    } finally {
      plain.getLifecycleService().terminate();
    }
  }

  @Test
  void aNameIsUsedOnce() {
    HazelcastInstance one = lab.start(lab.tls("c1"));
    assertThatThrownBy(() -> lab.start(lab.tls("c1"))).isInstanceOf(IllegalStateException.class);
    stillAlone(one);
  }

  @Test
  void newLeavesAreUsedWhileRunningAndNobodyIsLost() {
    MemberTls first = lab.tls("c1");
    MemberTls second = lab.tls("c2");
    HazelcastInstance one = lab.start(first);
    HazelcastInstance two = lab.start(second);
    Await.until("two members", () -> one.getCluster().getMembers().size() == 2);
    AtomicInteger changes = countChanges(one);
    for (int round = 1; round <= 3; round++) {
      long generation = round;
      first.use(lab.identity(lab.leaf(HeraldRole.CONFIG, "c1")));
      second.use(lab.identity(lab.leaf(HeraldRole.CONFIG, "c2")));
      Await.until("new connections", () -> all(one, generation) && all(two, generation));
      one.getMap("m").put("round", round);
      assertThat(two.getMap("m").get("round")).isEqualTo(round);
    }
    assertThat(changes).hasValue(0);
    assertThat(one.getCluster().getMembers()).hasSize(2);
  }

  @Test
  void aMemberWhoseCertificateEndsIsPutOut() {
    FakeClock clock = new FakeClock(Instant.now());
    try (MemberLab late = new MemberLab(clock)) {
      HazelcastInstance one = late.start(late.tls("c1"));
      Credential brief =
          late.leaf(late.authority(), HeraldRole.CONFIG, "c2", Duration.ofMinutes(2));
      HazelcastInstance two = late.start(late.tls(late.identity(brief), late.authority().bundle()));
      Await.until("two members", () -> one.getCluster().getMembers().size() == 2);
      clock.advance(Duration.ofMinutes(3));
      Await.until("alone", () -> one.getCluster().getMembers().size() == 1);
      assertThat(MemberLab.peers(one)).isEmpty();
      assertThat(two.getCluster().getMembers()).hasSizeLessThanOrEqualTo(2);
    }
  }

  @Test
  void silentConnectionsAreFewAtATimeAndKeepNoMemberOut() throws IOException {
    HazelcastInstance one = lab.start(lab.tls("c1"));
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 600; i++) {
        silent.add(new Socket(InetAddress.getLoopbackAddress(), MemberLab.port(one)));
      }
      Await.until("bounded", () -> MemberLab.connections(one).size() <= 256);
      HazelcastInstance two = lab.start(lab.tls("c2"));
      assertThat(two.getCluster().getMembers()).hasSize(2);
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
    Await.until("only the member is left", () -> MemberLab.connections(one).size() == 1);
  }

  /** By another implementation of TLS, which can ask for one. */
  @Test
  void aKeyUpdateIsAnswered(@TempDir Path folder) throws IOException, InterruptedException {
    HazelcastInstance one = lab.start(lab.tls("c1"));
    Credential leaf = lab.leaf(HeraldRole.CONFIG, "c2");
    Path key = folder.resolve("key.pem");
    Path chain = folder.resolve("chain.pem");
    Files.writeString(key, Pem.write("PRIVATE KEY", leaf.key().getEncoded()));
    Files.writeString(chain, new CertificateChain(leaf.chain()).pem());
    Process client =
        new ProcessBuilder(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + MemberLab.port(one),
                "-tls1_3",
                "-key",
                key.toString(),
                "-cert",
                chain.toString(),
                "-cert_chain",
                chain.toString(),
                "-msg")
            .redirectErrorStream(true)
            .start();
    List<String> said = new CopyOnWriteArrayList<>();
    Thread reader = Thread.ofVirtual().start(() -> client.inputReader().lines().forEach(said::add));
    try {
      Await.until("handshake", () -> said.stream().anyMatch(l -> l.contains("Verify return code")));
      client.outputWriter().write("K\n");
      client.outputWriter().flush();
      Await.until(
          "an answer",
          () -> said.stream().anyMatch(l -> l.startsWith("<<<") && l.contains("KeyUpdate")));
    } finally {
      client.destroyForcibly().waitFor();
      reader.join();
    }
  }

  @Test
  @SuppressWarnings("removal") // REST is asked about as long as it is there
  void anotherHazelcastOrAnOpenConfigurationIsRefused() {
    assertThatThrownBy(() -> TlsHazelcast.requireSeam("5.8.0"))
        .hasMessageContaining("written for 5.7.0");
    for (Consumer<Config> opening :
        List.<Consumer<Config>>of(
            c -> c.getJetConfig().setEnabled(true),
            c -> c.getAdvancedNetworkConfig().setEnabled(true),
            c -> c.getNetworkConfig().getRestApiConfig().setEnabled(true),
            c -> c.getNetworkConfig().getMemcacheProtocolConfig().setEnabled(true),
            c -> c.getTpcConfig().setEnabled(true),
            c ->
                c.getSerializationConfig()
                    .getJavaSerializationFilterConfig()
                    .setDefaultsDisabled(false),
            c ->
                c.getSerializationConfig()
                    .getJavaSerializationFilterConfig()
                    .setWhitelist(new com.hazelcast.config.ClassFilter()))) {
      Config config = lab.config(0);
      opening.accept(config);
      assertThatThrownBy(() -> TlsHazelcast.start(config, lab.tls("c1"), MemberLab.TIMES))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void anIdentityThatIsTheSameClosesNothing() {
    MemberTls tls = lab.tls("c1");
    assertThat(tls.use(lab.identity(lab.leaf(HeraldRole.CONFIG, "c1")))).isTrue();
    Credential leaf = lab.leaf(HeraldRole.CONFIG, "c1");
    assertThat(tls.use(lab.identity(leaf))).isTrue();
    assertThat(tls.use(lab.identity(leaf))).isFalse();
    assertThat(tls.generation()).isEqualTo(2);
  }

  private static boolean all(HazelcastInstance member, long generation) {
    List<MemberPeer> peers = MemberLab.peers(member);
    return !peers.isEmpty() && peers.stream().allMatch(peer -> peer.generation() == generation);
  }

  private static AtomicInteger countChanges(HazelcastInstance member) {
    AtomicInteger changes = new AtomicInteger();
    member
        .getCluster()
        .addMembershipListener(
            new MembershipListener() {
              @Override
              public void memberAdded(MembershipEvent event) {
                changes.incrementAndGet();
              }

              @Override
              public void memberRemoved(MembershipEvent event) {
                changes.incrementAndGet();
              }
            });
    return changes;
  }

  /** Nobody joined, no connection is left over, and the member still works. */
  private static void stillAlone(HazelcastInstance member) {
    assertThat(member.getCluster().getMembers()).hasSize(1);
    Await.until("no connection is left", () -> MemberLab.connections(member).isEmpty());
    member.getMap("alive").put("k", "v");
    assertThat(member.getMap("alive").get("k")).isEqualTo("v");
  }

  private static SpiffeId config(String name) {
    return SpiffeId.herald(TestAuthority.TD, HeraldRole.CONFIG, name);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
