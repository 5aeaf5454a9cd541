package io.heraldmesh.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.LogLines;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.tls.MemberIdentity;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A root is taken away while a member under it is connected to the event bus. */
class WithdrawnMemberTest {
  private static final Set<String> NAMES = Set.of("c1", "c2", "c3");

  private final TestAuthority stays = new TestAuthority(InstantSource.system());
  private final TestAuthority withdrawn = new TestAuthority(InstantSource.system());
  private final HeraldSvid own = stays.svid(HeraldRole.CA, "c1");
  private final TrustBundle both =
      new TrustBundle(Map.of(TestAuthority.TD, List.of(root(stays), root(withdrawn))));
  private final AtomicReference<MemberIdentity> identity =
      new AtomicReference<>(TestMembers.identity(own, both));
  private final ClusterMember member =
      TestMembers.join(
          TestMembers.freePort(),
          List.of(),
          TestMembers.tls(own, both, NAMES, InstantSource.system()));

  @AfterEach
  void stop() {
    member.close();
  }

  @Test
  void whoConnectedUnderItIsLetGoOfAndTheOthersStay() throws Exception {
    member.follow(identity::get);
    int port = member.eventBusPort();
    try (LogLines log = new LogLines();
        BusPeer under = new BusPeer(withdrawn.svid(HeraldRole.CA, "c2"), port);
        BusPeer other = new BusPeer(stays.svid(HeraldRole.CA, "c3"), port)) {
      assertThat(under.isAnswered()).isTrue();
      assertThat(other.isAnswered()).isTrue();

      identity.set(TestMembers.identity(own, stays.bundle()));

      Await.until("it is let go of", () -> !under.isAnswered());
      assertThat(other.isAnswered()).isTrue();
      assertThat(log.warnings())
          .anyMatch(line -> line.contains("lets go of spiffe://mesh.test/herald/ca/c2: untrusted"))
          .noneMatch(line -> line.contains("lets go of spiffe://mesh.test/herald/ca/c3"));
    }
  }

  private static X509Certificate root(TestAuthority authority) {
    return authority.bundle().of(TestAuthority.TD).getFirst();
  }
}
