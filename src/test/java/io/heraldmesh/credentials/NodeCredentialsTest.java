package io.heraldmesh.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.identity.TrustBundle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which leaves and roots a node has, and who is told of them. */
class NodeCredentialsTest extends CredentialsFixture {
  @Test
  void eachWorkloadGetsALeafOfItsOwn() {
    begin();

    CredentialSet set = credentials.current();
    assertThat(set.leaves()).containsOnlyKeys(WEB, DB);
    assertThat(leaf(WEB).key()).isNotEqualTo(leaf(DB).key());
    assertThat(set.generation()).isEqualTo(2);
    assertThat(published).extracting(CredentialSet::generation).containsExactly(1L, 2L);
  }

  @Test
  void beforeTheFirstLeafThereIsNoneAndTheRootsAreThere() {
    assertThat(credentials.current().leaves()).isEmpty();
    assertThat(credentials.current().bundle()).isEqualTo(mesh.bundle());
    assertThat(credentials.complete().isComplete()).isFalse();
  }

  @Test
  void aLeafWithAnotherNameIsNeverUsed() {
    begin();
    CredentialSet before = credentials.current();
    ca.otherName = true;

    assertThat(Await.failure(credentials.renewNow(WEB))).hasMessageContaining("sa/other");
    assertThat(credentials.current()).isSameAs(before);
  }

  @Test
  void aLeafThatDoesNotVerifyUnderTheRootsIsNeverUsed() {
    begin();
    CredentialSet before = credentials.current();
    ca.otherRoot = true;

    assertThat(Await.failure(credentials.renewNow(WEB))).hasMessageContaining("BAD_ANSWER");
    assertThat(credentials.current()).isSameAs(before);
  }

  @Test
  void aLeafCanBeRenewedByHand() {
    begin();
    Credential first = leaf(WEB);
    Credential other = leaf(DB);

    Credential second = Await.result(credentials.renewNow(WEB));

    assertThat(second).isNotEqualTo(first);
    assertThat(credentials.current().leaves()).containsEntry(WEB, second).containsEntry(DB, other);
    assertThatThrownBy(() -> credentials.renewNow(svid.id()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void newRootsArePublishedWithinHalfAMinuteAndUsedToCheckTheBus() {
    begin();
    TrustBundle both =
        new TrustBundle(
            Map.of(
                TestAuthority.TD,
                List.of(
                    mesh.bundle().of(TestAuthority.TD).getFirst(),
                    new TestAuthority(clock).bundle().of(TestAuthority.TD).getFirst())));
    ca.bundle = both;
    long generation = credentials.current().generation();

    clock.advance(Duration.ofSeconds(30));
    credentials.tick();

    Await.until("new roots", () -> credentials.current().bundle().equals(both));
    assertThat(credentials.current().generation()).isEqualTo(generation + 1);
    assertThat(identity.bundle()).isEqualTo(both);
  }

  @Test
  void rootsThatDidNotChangeArePublishedOnce() {
    begin();
    CredentialSet before = credentials.current();
    clock.advance(Duration.ofSeconds(30));
    credentials.tick();
    Await.result(ca.roots());

    assertThat(credentials.current()).isSameAs(before);
  }

  @Test
  void aListenerThatFailsDisturbsNobody() {
    credentials.onChange(
        set -> {
          throw new IllegalStateException("listener's own fault");
        });
    begin();

    assertThat(published).hasSize(2);
  }

  @Test
  void aListenerThatLeftIsNotCalled() {
    List<CredentialSet> mine = new ArrayList<>();
    credentials.onChange(mine::add).close();
    begin();

    assertThat(mine).isEmpty();
  }

  @Test
  void noTextShowsAKey() {
    begin();
    String text = credentials.current() + " " + credentials.status() + " " + identity.svid();

    assertThat(text).doesNotContain("PrivateKey").doesNotContain("BEGIN");
  }
}
