package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.identity.HeraldRole;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Each message is said to be from whom its own first certificate names, whatever came before. */
class ClaimedSenderTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final TestAuthority MESH = new TestAuthority(new FakeClock(NOW));
  private static final HeraldSvid ONE = MESH.svid(HeraldRole.NODE, "n1");
  private static final HeraldSvid RENEWED = MESH.svid(HeraldRole.NODE, "n1");
  private static final HeraldSvid OTHER = MESH.svid(HeraldRole.NODE, "n2");

  private final ClaimedSender claimed = new ClaimedSender();

  private static byte[] from(HeraldSvid sender) {
    return new EnvelopeSigner(MESH.crypto())
        .seal(
            sender,
            "ca.issue",
            "herald.ca",
            new Recipient.AnyOf(TestAuthority.TD, HeraldRole.CA),
            ByteString.of(new byte[Envelope.NONCE_BYTES]),
            NOW,
            NOW.plusSeconds(60),
            new byte[] {'{', '}'});
  }

  @Test
  void aMessageIsFromItsOwnSenderAlsoAfterOthers() {
    for (HeraldSvid sender : new HeraldSvid[] {ONE, ONE, OTHER, ONE, RENEWED, OTHER}) {
      assertThat(claimed.of(from(sender))).contains(sender.id());
    }
  }

  @Test
  void whatIsNoEnvelopeIsFromNobodyAlsoAfterOneThatWas() {
    byte[] good = from(ONE);
    assertThat(claimed.of(good)).contains(ONE.id());
    assertThat(claimed.of(Arrays.copyOf(good, good.length / 2))).isEmpty();
    assertThat(claimed.of(new byte[0])).isEmpty();
    assertThat(claimed.of(good)).contains(ONE.id());
  }
}
