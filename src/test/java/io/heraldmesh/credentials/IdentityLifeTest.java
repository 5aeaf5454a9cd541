package io.heraldmesh.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A node's own identity lives for as long as its node file says, like those of its workloads. The
 * first one, of whoever let the node in, lives for two days here.
 */
class IdentityLifeTest extends CredentialsFixture {
  private static final Duration HOUR = Duration.ofHours(1);

  private final NodeCredentials node =
      new NodeCredentials(vertx, ca, identity, Set.of(), HOUR, mesh.crypto(), clock, new Random(1));

  @Test
  void theNextOneLivesForWhatTheNodeFileSays() {
    clock.advance(Duration.ofHours(27)); // past half of its life
    Instant asked = clock.instant();
    node.tick();

    awaitRenewed();
    assertThat(notAfter()).isEqualTo(asked.plus(HOUR));
  }

  @Test
  void aNodeThatStartsWithOneOfAnotherLifeDoesNotWaitForThat() {
    node.tick();
    assertThat(node.identityStatus().renewing()).isFalse();

    node.identityRenewal().renewUnlessAsWished();
    node.tick();

    awaitRenewed();
    assertThat(notAfter()).isEqualTo(clock.instant().plus(HOUR));
    assertNotAskedAgain();
  }

  @Test
  void anAuthorityThatGivesLessIsAskedOnceAndNotAgainAndAgain() {
    ca.most = Duration.ofMinutes(20);
    node.identityRenewal().renewUnlessAsWished();
    node.tick();

    awaitRenewed();
    assertThat(notAfter()).isEqualTo(clock.instant().plus(ca.most));
    assertNotAskedAgain();
  }

  @Test
  void oneThatIsAsWishedStays() {
    clock.advance(Duration.ofHours(27));
    node.tick();
    awaitRenewed();

    node.identityRenewal().renewUnlessAsWished();

    assertNotAskedAgain();
  }

  private void awaitRenewed() {
    Await.until(
        "renewed", () -> !identity.svid().equals(svid) && !node.identityStatus().renewing());
  }

  private void assertNotAskedAgain() {
    int asked = ca.asked.get();
    for (int second = 0; second < 60; second++) {
      clock.advance(Duration.ofSeconds(1));
      node.tick();
      assertThat(node.identityStatus().renewing()).isFalse();
    }
    assertThat(ca.asked).hasValue(asked);
  }

  private Instant notAfter() {
    return identity.svid().leaf().getNotAfter().toInstant();
  }
}
