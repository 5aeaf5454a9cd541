package io.heraldmesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.TrustBundle;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a node does with its link when other roots are in force. */
class WithdrawnControlTest extends ServedRoots {
  private final X509Certificate other =
      new TestAuthority(mesh.clock).bundle().of(TestAuthority.TD).getFirst();

  @Test
  void aNodeLeavesAControlNodeWhoseRootWasWithdrawnAndDoesNotComeBack() {
    LinkFixture.Attaching node = attached("n1");
    node.identity().replace(trusting(other));

    Await.until("left", () -> !node.link().status().attached());
    assertThat(node.link().status().lastError()).contains("not believed any more, untrusted");
    Await.until(
        "it tried again",
        () -> String.valueOf(node.link().status().lastError()).contains("PeerRefused"));
    assertThat(node.link().status().attached()).isFalse();
  }

  @Test
  void aRootThatIsAddedEndsNoLink() {
    LinkFixture.Attaching node = attached("n1");
    Instant since = control.links().attached().getFirst().since();
    node.identity().replace(trusting(mesh.mesh.bundle().of(TestAuthority.TD).getFirst(), other));
    node.identity().replace(mesh.mesh.svid(HeraldRole.NODE, "n1"));

    // It has looked at the roots before it moves to a stream of its new identity.
    Await.until(
        "moved", () -> control.links().attached().stream().anyMatch(n -> n.since().isAfter(since)));
    assertThat(node.link().status().attached()).isTrue();
    assertThat(roots(node)).isEqualTo(mesh.mesh.bundle().digest());
  }

  private static TrustBundle trusting(X509Certificate... roots) {
    return new TrustBundle(Map.of(TestAuthority.TD, List.of(roots)));
  }
}
