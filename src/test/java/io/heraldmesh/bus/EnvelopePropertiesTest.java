package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

/** Whatever is sent: it is believed as a whole, as it was meant, in its time, and once. */
class EnvelopePropertiesTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final TestAuthority MESH = new TestAuthority(new FakeClock(NOW));
  private static final TestAuthority OTHER_MESH = new TestAuthority(new FakeClock(NOW));
  private static final EnvelopeSigner SIGNER = new EnvelopeSigner(MESH.crypto());
  private static final EnvelopeVerifier VERIFIER = new EnvelopeVerifier(MESH.crypto());
  private static final Duration LIFETIME = Duration.ofSeconds(60);
  private static final SpiffeId ME = SpiffeId.herald(TestAuthority.TD, HeraldRole.CA, "me");
  private static final HeraldSvid NODE = MESH.svid(HeraldRole.NODE, "n1");
  private static final HeraldSvid OTHER_NODE = MESH.svid(HeraldRole.NODE, "n2");
  private static final HeraldSvid STRANGER = OTHER_MESH.svid(HeraldRole.NODE, "n1");

  private static byte[] seal(
      HeraldSvid by, String type, String address, Recipient to, byte[] nonce, byte[] payload) {
    return SIGNER.seal(
        by, type, address, to, ByteString.of(nonce), NOW, NOW.plus(LIFETIME), payload);
  }

  private static byte[] good(byte[] payload) {
    return seal(
        NODE, "type", "address", new Recipient.One(ME), new byte[Envelope.NONCE_BYTES], payload);
  }

  private static EnvelopeVerifier.Expected expected(Set<HeraldRole> roles) {
    return new EnvelopeVerifier.Expected(
        "type", "address", Set.of(ME.toString()), roles, TestAuthority.TD, null, LIFETIME);
  }

  private static EnvelopeVerdict verify(byte[] frame, Instant now) throws MalformedMessage {
    return VERIFIER.verify(
        Envelope.parse(frame), expected(Set.of(HeraldRole.NODE)), MESH.bundle(), now);
  }

  private static boolean believed(byte[] frame) {
    try {
      return verify(frame, NOW) instanceof EnvelopeVerdict.Accepted;
    } catch (MalformedMessage e) {
      return false;
    }
  }

  private static void assertRefused(EnvelopeVerdict verdict, EnvelopeRefusal why) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            EnvelopeVerdict.Refused.class, refused -> assertThat(refused.reason()).isEqualTo(why));
  }

  @Property(tries = 100)
  void whatWasSealedIsWhatIsRead(@ForAll @Size(max = 2000) byte[] payload) throws MalformedMessage {
    assertThat(verify(good(payload), NOW))
        .isInstanceOfSatisfying(
            EnvelopeVerdict.Accepted.class,
            accepted -> {
              assertThat(accepted.sender()).isEqualTo(NODE.id());
              assertThat(accepted.envelope().payload()).isEqualTo(ByteString.of(payload));
            });
  }

  @Property(tries = 300)
  void noForgedByteIsBelieved(
      @ForAll @Size(max = 64) byte[] payload,
      @ForAll @IntRange(min = 0, max = 1 << 20) int at,
      @ForAll @IntRange(min = 1, max = 255) int change) {
    byte[] frame = good(payload);
    frame[at % frame.length] ^= (byte) change;

    assertThat(believed(frame)).isFalse();
  }

  @Property(tries = 200)
  void noPartOfAMessageAndNothingMoreIsBelieved(
      @ForAll @Size(max = 64) byte[] payload,
      @ForAll @IntRange(min = 0, max = 1 << 20) int length,
      @ForAll @Size(min = 1, max = 64) byte[] more) {
    byte[] frame = good(payload);
    byte[] longer = Arrays.copyOf(frame, frame.length + more.length);
    System.arraycopy(more, 0, longer, frame.length, more.length);

    assertThat(believed(Arrays.copyOf(frame, length % frame.length))).isFalse();
    assertThat(believed(longer)).isFalse();
  }

  @Property(tries = 100)
  void theSignatureOfOneMessageIsNoneOfAnother(
      @ForAll @Size(max = 32) byte[] one, @ForAll @Size(max = 32) byte[] two)
      throws MalformedMessage {
    Assume.that(!Arrays.equals(one, two));
    Envelope first = Envelope.parse(good(one));
    Envelope second = Envelope.parse(good(two));

    assertRefused(
        verify(Envelope.frame(first.signed().toByteArray(), second.signature().toByteArray()), NOW),
        EnvelopeRefusal.BAD_SIGNATURE);
  }

  @Property(tries = 200)
  void aMisaddressedMessageCountsForNobody(
      @ForAll @CharRange(from = 'a', to = 'z') @StringLength(min = 1, max = 12) String type,
      @ForAll @CharRange(from = 'a', to = 'z') @StringLength(min = 1, max = 12) String address,
      @ForAll @CharRange(from = 'a', to = 'z') @StringLength(min = 1, max = 12) String name)
      throws MalformedMessage {
    byte[] nonce = new byte[Envelope.NONCE_BYTES];
    SpiffeId other = SpiffeId.herald(TestAuthority.TD, HeraldRole.CA, name);
    Assume.that(!other.equals(ME) && !type.equals("type") && !address.equals("address"));

    assertRefused(
        verify(seal(NODE, type, "address", new Recipient.One(ME), nonce, nonce), NOW),
        EnvelopeRefusal.WRONG_TYPE);
    assertRefused(
        verify(seal(NODE, "type", address, new Recipient.One(ME), nonce, nonce), NOW),
        EnvelopeRefusal.WRONG_ADDRESS);
    assertRefused(
        verify(seal(NODE, "type", "address", new Recipient.One(other), nonce, nonce), NOW),
        EnvelopeRefusal.WRONG_RECIPIENT);
  }

  @Property(tries = 100)
  void aMessageCountsInItsTimeAndOutsideOfItNever(
      @ForAll @LongRange(min = -86_400, max = 86_400) long seconds) throws MalformedMessage {
    boolean inTime =
        seconds >= -EnvelopeVerifier.SKEW.toSeconds()
            && seconds < LIFETIME.plus(EnvelopeVerifier.SKEW).toSeconds();

    EnvelopeVerdict verdict = verify(good(new byte[1]), NOW.plusSeconds(seconds));

    if (inTime) {
      assertThat(verdict).isInstanceOf(EnvelopeVerdict.Accepted.class);
    } else {
      assertRefused(verdict, seconds < 0 ? EnvelopeRefusal.NOT_YET_VALID : EnvelopeRefusal.EXPIRED);
    }
  }

  @Property(tries = 60)
  void onlyTheRolesThatMayAreBelieved(
      @ForAll HeraldRole sender, @ForAll @Size(min = 1) Set<HeraldRole> may)
      throws MalformedMessage {
    byte[] frame =
        seal(
            MESH.svid(sender, "one"),
            "type",
            "address",
            new Recipient.One(ME),
            new byte[Envelope.NONCE_BYTES],
            new byte[1]);

    EnvelopeVerdict verdict =
        VERIFIER.verify(Envelope.parse(frame), expected(may), MESH.bundle(), NOW);

    if (may.contains(sender)) {
      assertThat(verdict).isInstanceOf(EnvelopeVerdict.Accepted.class);
    } else {
      assertRefused(verdict, EnvelopeRefusal.WRONG_ROLE);
    }
  }

  /** In every order: what is remembered of one sender does not help another. */
  @Property(tries = 60)
  void aGoodSenderIsAcceptedAndAStrangerRefusedInWhateverOrderTheyCome(
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 0, max = 2) Integer> order)
      throws MalformedMessage {
    List<HeraldSvid> senders = List.of(NODE, OTHER_NODE, STRANGER);
    for (int sender : order) {
      byte[] frame =
          seal(
              senders.get(sender),
              "type",
              "address",
              new Recipient.One(ME),
              new byte[Envelope.NONCE_BYTES],
              new byte[1]);
      EnvelopeVerdict verdict = verify(frame, NOW);
      if (sender == 2) {
        assertRefused(verdict, EnvelopeRefusal.UNTRUSTED_SENDER);
      } else {
        assertThat(verdict)
            .isInstanceOfSatisfying(
                EnvelopeVerdict.Accepted.class,
                accepted -> assertThat(accepted.sender()).isEqualTo(senders.get(sender).id()));
      }
    }
  }

  @Property(tries = 300)
  void aReplayIsFoundHoweverMessagesAreMixedWhileTheFirstCounts(
      @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 11) Integer> steps) {
    ReplayGuard guard = new ReplayGuard(100);
    Set<Integer> came = new HashSet<>();
    for (int i = 0; i < steps.size(); i++) {
      int step = steps.get(i);
      SpiffeId sender = step % 2 == 0 ? NODE.id() : OTHER_NODE.id();

      ReplayGuard.Answer answer =
          guard.admit(
              sender,
              ByteString.of((byte) (step / 2)),
              NOW.plus(LIFETIME).plus(EnvelopeVerifier.SKEW),
              NOW.plusSeconds(i));

      assertThat(answer)
          .isEqualTo(came.add(step) ? ReplayGuard.Answer.NEW : ReplayGuard.Answer.REPLAYED);
    }
  }

  @Property(tries = 100)
  void noLengthMakesMoreOfAMessageThanItIs(
      @ForAll @IntRange(min = 0, max = 1 << 20) int at, @ForAll int length) {
    byte[] frame = good(new byte[8]);
    int place = at % (frame.length - 4);
    byte[] before = frame.clone();
    for (int i = 0; i < 4; i++) {
      frame[place + i] = (byte) (length >> 24 - 8 * i);
    }
    Assume.that(!Arrays.equals(before, frame));

    assertThat(believed(frame)).isFalse();
  }
}
