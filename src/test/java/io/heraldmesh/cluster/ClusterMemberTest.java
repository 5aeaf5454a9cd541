package io.heraldmesh.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.Pem;
import io.heraldmesh.tls.MemberIdentity;
import io.heraldmesh.tls.MemberTls;
import io.heraldmesh.tls.Members;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Control nodes as members: who is let in, what crosses the event bus, and what changes it. */
class ClusterMemberTest {
  private static final Set<String> NAMES = Set.of("c1", "c2", "c3");

  private final FakeClock clock = new FakeClock(Instant.now());
  private final TestAuthority mesh = new TestAuthority(clock);
  private final List<ClusterMember> members = new ArrayList<>();
  private final List<Integer> ports = new ArrayList<>();

  @AfterEach
  void stop() {
    members.forEach(ClusterMember::close);
  }

  @Test
  void messagesCrossBetweenMembersAndBigOnesToo() {
    ClusterMember one = join("c1");
    ClusterMember two = join("c2");
    assertThat(two.members()).containsExactly("c1", "c2");
    echo(one.vertx(), "echo");
    Buffer big = Buffer.buffer(new byte[3_000_000]);
    Await.until("echo", () -> ask(two.vertx(), "echo", big).length() == big.length());
  }

  @Test
  void aMemberThatLeavesIsForgottenAndTheOthersGoOn() {
    ClusterMember one = join("c1");
    ClusterMember two = join("c2");
    ClusterMember three = join("c3");
    echo(one.vertx(), "echo");
    echo(two.vertx(), "echo");
    Await.until("three", () -> three.members().size() == 3);
    two.close();
    members.remove(two);
    Await.until("two", () -> three.members().equals(List.of("c1", "c3")));
    for (int i = 0; i < 10; i++) {
      Await.until("an answer", () -> ask(three.vertx(), "echo", Buffer.buffer("x")).length() == 1);
    }
  }

  @Test
  void theEventBusTakesNobodyButMembers() {
    ClusterMember one = join("c1");
    for (HeraldSvid stranger :
        List.of(
            mesh.svid(HeraldRole.NODE, "c2"),
            mesh.svid(HeraldRole.CONFIG, "c9"),
            new TestAuthority(clock).svid(HeraldRole.CONFIG, "c2"))) {
      assertThat(ended(one.eventBusPort(), stranger)).as("%s", stranger.id()).isPresent();
    }
    assertThat(ended(one.eventBusPort(), mesh.svid(HeraldRole.ADMIN, "c3"))).isEmpty();
  }

  @Test
  void theEventBusAnswersNobodyInPlainTextOrWithoutACertificate() throws Exception {
    int port = join("c1").eventBusPort();
    try (BusPeer member = new BusPeer(mesh.svid(HeraldRole.CONFIG, "c2"), port);
        BusPeer plain = BusPeer.inPlainText(port);
        BusPeer nameless = BusPeer.nameless(port)) {
      assertThat(member.isAnswered()).as("the same words of a member").isTrue();
      assertThat(plain.isAnswered()).isFalse();
      assertThat(nameless.isAnswered()).isFalse();
    }
  }

  @Test
  void newLeavesAreUsedOnTheEventBusWhileMessagesFlow() {
    Held first = new Held(identity("c1"));
    Held second = new Held(identity("c2"));
    ClusterMember one = join(first.get());
    ClusterMember two = join(second.get());
    one.follow(first::get);
    two.follow(second::get);
    echo(one.vertx(), "echo");
    Await.until("echo", () -> ask(two.vertx(), "echo", Buffer.buffer("x")).length() == 1);
    for (int round = 0; round < 2; round++) {
      first.identity = identity("c1");
      second.identity = identity("c2");
      String serial = first.get().leaf().leaf().getSerialNumber().toString(16);
      Await.until("the new leaf", () -> shown(one.eventBusPort()).equals(serial));
      AtomicInteger answers = new AtomicInteger();
      Await.until(
          "answers",
          () -> {
            if (ask(two.vertx(), "echo", Buffer.buffer("x")).length() == 1) {
              answers.incrementAndGet();
            }
            return answers.get() > 20;
          });
    }
    assertThat(one.members()).containsExactly("c1", "c2");
  }

  private static final class Held {
    private volatile MemberIdentity identity;

    Held(MemberIdentity identity) {
      this.identity = identity;
    }

    MemberIdentity get() {
      return identity;
    }
  }

  @Test
  void nobodyOutsideOfTheListStarts() {
    assertThatThrownBy(() -> join("c9"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not_a_member");
  }

  /** Both ports, and only at the address that was written down. */
  @Test
  void nothingIsOpenAtOtherAddressesOfTheMachine() throws IOException {
    ClusterMember one = join("c1");
    for (int port : List.of(ports.getFirst(), one.eventBusPort())) {
      new Socket("127.0.0.1", port).close();
      assertThatThrownBy(() -> new Socket("127.0.0.2", port).close())
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void aPortInUseIsSaidAndNothingIsLeft() {
    join("c1");
    int taken = ports.getFirst();
    assertThatThrownBy(() -> TestMembers.join(taken, List.of(), tls("c2")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("cannot join the cluster at");
    assertThat(members.getFirst().members()).containsExactly("c1");
  }

  private ClusterMember join(String name) {
    return join(identity(name));
  }

  private ClusterMember join(MemberIdentity identity) {
    int port = TestMembers.freePort();
    MemberTls tls =
        new MemberTls(
            new Members(TestAuthority.TD, NAMES), new PeerVerifier(mesh.crypto()), clock, identity);
    ClusterMember member = TestMembers.join(port, List.copyOf(ports), tls);
    ports.add(port);
    members.add(member);
    return member;
  }

  private MemberTls tls(String name) {
    return TestMembers.tls(mesh.svid(HeraldRole.CONFIG, name), mesh.bundle(), NAMES, clock);
  }

  private MemberIdentity identity(String name) {
    return TestMembers.identity(
        mesh.svid(HeraldRole.CONFIG, name, Duration.ofHours(1)), mesh.bundle());
  }

  private static void echo(Vertx vertx, String address) {
    Await.result(
        vertx
            .eventBus()
            .<Buffer>consumer(address, message -> message.reply(message.body()))
            .completion());
  }

  private static Buffer ask(Vertx vertx, String address, Buffer body) {
    try {
      return Await.result(
          vertx
              .eventBus()
              .<Buffer>request(address, body, new DeliveryOptions().setSendTimeout(3000))
              .map(Message::body));
    } catch (AssertionError notYet) {
      return Buffer.buffer();
    }
  }

  /**
   * How the event bus ended the connection of whoever shows this: a member's stays, one that is
   * refused ends at once.
   */
  private static Optional<String> ended(int port, HeraldSvid svid) {
    Vertx vertx = Vertx.vertx();
    long begun = System.nanoTime();
    Buffer read = Buffer.buffer();
    List<String> seen = new CopyOnWriteArrayList<>();
    Promise<Boolean> over = Promise.promise();
    NetClientOptions options =
        new NetClientOptions()
            .setSsl(true)
            .setTrustAll(true)
            .setHostnameVerificationAlgorithm("")
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .addKeyValue(Buffer.buffer(Pem.write("PRIVATE KEY", svid.key().getEncoded())))
                    .addCertValue(Buffer.buffer(new CertificateChain(svid.chain()).pem())));
    try {
      vertx
          .createNetClient(options)
          .connect(port, "127.0.0.1")
          .onFailure(
              e -> {
                seen.add("not connected: " + e);
                over.tryComplete(true);
              })
          .onSuccess(
              connected -> {
                connected.handler(read::appendBuffer);
                connected.endHandler(v -> seen.add("end of stream"));
                connected.exceptionHandler(e -> seen.add(e + ", cause " + e.getCause()));
                connected.closeHandler(
                    v -> {
                      seen.add("closed");
                      over.tryComplete(true);
                    });
                vertx.setTimer(3000, id -> over.tryComplete(false));
              });
      boolean ended = Await.result(over.future());
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
      return ended
          ? Optional.of("after %d ms: %s, read %d bytes".formatted(millis, seen, read.length()))
          : Optional.empty();
    } finally {
      Await.result(vertx.close());
    }
  }

  /** Serial of the leaf that the port shows. */
  private static String shown(int port) {
    return ShownLeaf.serial(port);
  }
}
