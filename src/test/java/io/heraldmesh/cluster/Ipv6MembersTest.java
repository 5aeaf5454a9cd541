package io.heraldmesh.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.FakeClock;
import io.heraldmesh.Ipv6;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.identity.HeraldRole;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.Message;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Control nodes that listen at IPv6 addresses. */
class Ipv6MembersTest {
  private final FakeClock clock = new FakeClock(Instant.now());
  private final TestAuthority mesh = new TestAuthority(clock);
  private final List<ClusterMember> members = new ArrayList<>();

  @BeforeEach
  void begin() {
    Ipv6.assumeThere();
  }

  @AfterEach
  void stop() {
    members.forEach(ClusterMember::close);
  }

  @Test
  void theyFindEachOtherAndTheirEventBusReachesBoth() {
    int port = Ipv6.freePort();
    ClusterMember one = join("c1", port);
    ClusterMember two = join("c2", Ipv6.freePort(), "[::1]:" + port);
    assertThat(two.members()).containsExactly("c1", "c2");
    Await.result(
        one.vertx()
            .eventBus()
            .<String>consumer("echo", message -> message.reply(message.body()))
            .completion());
    Await.until(
        "an answer of the other member",
        () ->
            Await.result(
                two.vertx()
                    .eventBus()
                    .<String>request("echo", "across")
                    .map(Message::body)
                    .map("across"::equals)
                    .otherwise(false)));
  }

  private ClusterMember join(String name, int port, String... others) {
    ClusterMember member =
        ClusterMember.start(
            new ClusterSettings(
                "herald-test-v6",
                new InetSocketAddress("::1", port),
                null,
                List.of(others),
                new InetSocketAddress("::1", 0),
                null,
                TestMembers.impatient()),
            TestMembers.tls(
                mesh.svid(HeraldRole.CONFIG, name), mesh.bundle(), Set.of("c1", "c2"), clock),
            new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(4));
    members.add(member);
    return member;
  }
}
