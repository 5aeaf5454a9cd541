package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EnvelopeTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final FakeClock CLOCK = new FakeClock(NOW);
  private static final TestAuthority MESH = new TestAuthority(CLOCK);
  private static final TestAuthority OTHER_MESH = new TestAuthority(CLOCK);
  private static final HeraldSvid NODE = MESH.svid(HeraldRole.NODE, "n1");
  private static final HeraldSvid SHORT = MESH.svid(HeraldRole.NODE, "n2", Duration.ofMinutes(5));
  private static final Recipient CA = new Recipient.AnyOf(TestAuthority.TD, HeraldRole.CA);
  private static final ByteString NONCE = ByteString.of(new byte[Envelope.NONCE_BYTES]);
  private static final byte[] PAYLOAD = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
  private static final EnvelopeSigner SIGNER = new EnvelopeSigner(MESH.crypto());
  private static final EnvelopeVerifier VERIFIER = new EnvelopeVerifier(MESH.crypto());

  private static EnvelopeVerifier.Expected expected(@Nullable Duration lifetime) {
    return new EnvelopeVerifier.Expected(
        "ca.issue",
        "herald.ca",
        Set.of(CA.text(), "spiffe://mesh.test/herald/ca/one"),
        Set.of(HeraldRole.NODE),
        TestAuthority.TD,
        null,
        lifetime);
  }

  private static byte[] good() {
    return from(NODE);
  }

  private static byte[] from(HeraldSvid sender) {
    return SIGNER.seal(
        sender, "ca.issue", "herald.ca", CA, NONCE, NOW, NOW.plusSeconds(60), PAYLOAD);
  }

  private static EnvelopeVerdict verify(byte[] frame, Instant now) throws MalformedMessage {
    return VERIFIER.verify(
        Envelope.parse(frame), expected(Duration.ofSeconds(60)), MESH.bundle(), now);
  }

  @Test
  void aGoodOneIsAcceptedWithTheSenderAndTheExactPayload() throws MalformedMessage {
    assertThat(verify(good(), NOW))
        .isInstanceOfSatisfying(
            EnvelopeVerdict.Accepted.class,
            a -> {
              assertThat(a.sender()).hasToString("spiffe://mesh.test/herald/node/n1");
              assertThat(a.envelope().payload().toByteArray()).isEqualTo(PAYLOAD);
            });
  }

  record Case(String name, EnvelopeRefusal refusal, Instant at, ByteString frame) {
    Case(String name, EnvelopeRefusal refusal, Instant at, byte[] frame) {
      this(name, refusal, at, ByteString.of(frame));
    }
  }

  private static byte[] with(
      HeraldSvid sender, String type, String address, Recipient to, @Nullable Instant expires) {
    return SIGNER.seal(sender, type, address, to, NONCE, NOW, expires, PAYLOAD);
  }

  static Stream<Arguments> refused() {
    Instant end = NOW.plusSeconds(60);
    Recipient one = new Recipient.One(SpiffeId.parse("spiffe://mesh.test/herald/ca/two"));
    Recipient role = new Recipient.AnyOf(TestAuthority.TD, HeraldRole.CONFIG);
    HeraldSvid rogue = OTHER_MESH.svid(HeraldRole.NODE, "n1");
    return Stream.of(
            new Case(
                "another type",
                EnvelopeRefusal.WRONG_TYPE,
                NOW,
                with(NODE, "ca.roots", "herald.ca", CA, end)),
            new Case(
                "another address",
                EnvelopeRefusal.WRONG_ADDRESS,
                NOW,
                with(NODE, "ca.issue", "herald.config", CA, end)),
            new Case(
                "another recipient",
                EnvelopeRefusal.WRONG_RECIPIENT,
                NOW,
                with(NODE, "ca.issue", "herald.ca", one, end)),
            new Case(
                "another role's address",
                EnvelopeRefusal.WRONG_RECIPIENT,
                NOW,
                with(NODE, "ca.issue", "herald.ca", role, end)),
            new Case(
                "no expiry",
                EnvelopeRefusal.MALFORMED,
                NOW,
                with(NODE, "ca.issue", "herald.ca", CA, null)),
            new Case(
                "too long a life",
                EnvelopeRefusal.MALFORMED,
                NOW,
                with(NODE, "ca.issue", "herald.ca", CA, end.plusSeconds(1))),
            new Case("expired", EnvelopeRefusal.EXPIRED, end.plusSeconds(60), good()),
            new Case(
                "from the future", EnvelopeRefusal.NOT_YET_VALID, NOW.minusSeconds(61), good()),
            new Case(
                "wrong role",
                EnvelopeRefusal.WRONG_ROLE,
                NOW,
                from(MESH.svid(HeraldRole.ADMIN, "a"))),
            new Case("root of another mesh", EnvelopeRefusal.UNTRUSTED_SENDER, NOW, from(rogue)),
            new Case(
                "expired certificate",
                EnvelopeRefusal.UNTRUSTED_SENDER,
                NOW.plusSeconds(301),
                late()),
            new Case(
                "chain of one, key of another",
                EnvelopeRefusal.BAD_SIGNATURE,
                NOW,
                from(new HeraldSvid(NODE.id(), rogue.key(), NODE.chain()))),
            new Case(
                "claims a better name",
                EnvelopeRefusal.BAD_SIGNATURE,
                NOW,
                from(new HeraldSvid(NODE.id(), SHORT.key(), NODE.chain()))))
        .map(c -> Arguments.of(c.name(), c));
  }

  private static byte[] late() {
    Instant then = NOW.plusSeconds(301);
    return SIGNER.seal(
        SHORT, "ca.issue", "herald.ca", CA, NONCE, then, then.plusSeconds(60), PAYLOAD);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void refused(String name, Case given) throws MalformedMessage {
    assertThat(verify(given.frame().toByteArray(), given.at()))
        .isInstanceOfSatisfying(
            EnvelopeVerdict.Refused.class,
            r -> assertThat(r.reason()).as(name + ": " + r.detail()).isEqualTo(given.refusal()));
  }

  @Test
  void aSkewOfUpToSixtySecondsGoesUnnoticed() throws MalformedMessage {
    assertThat(verify(good(), NOW.minusSeconds(60))).isInstanceOf(EnvelopeVerdict.Accepted.class);
    assertThat(verify(good(), NOW.plusSeconds(119))).isInstanceOf(EnvelopeVerdict.Accepted.class);
  }

  @Test
  void aWorkloadsIdentityNeverSignsForHerald() throws Exception {
    KeyPair keys = TestAuthority.keys();
    SpiffeId workload = SpiffeId.workload(TestAuthority.TD, "herald", "node");
    List<X509Certificate> chain = MESH.chain(workload, keys, Duration.ofHours(1));
    assertThatThrownBy(() -> new HeraldSvid(workload, keys.getPrivate(), chain))
        .isInstanceOf(IllegalArgumentException.class);

    // The record can be fooled about its own chain; the verifier reads the certificate.
    assertThat(verify(from(new HeraldSvid(NODE.id(), keys.getPrivate(), chain)), NOW))
        .isInstanceOfSatisfying(
            EnvelopeVerdict.Refused.class,
            r -> assertThat(r.reason()).isEqualTo(EnvelopeRefusal.WRONG_ROLE));
  }

  @Test
  void anotherTrustDomainsNodeIsNotOursThoughItsRootsAreTrusted() throws MalformedMessage {
    EnvelopeVerifier.Expected foreign =
        new EnvelopeVerifier.Expected(
            "ca.issue",
            "herald.ca",
            Set.of(CA.text()),
            Set.of(HeraldRole.NODE),
            new TrustDomain("other.test"),
            null,
            Duration.ofSeconds(60));

    assertThat(VERIFIER.verify(Envelope.parse(good()), foreign, MESH.bundle(), NOW))
        .isInstanceOfSatisfying(
            EnvelopeVerdict.Refused.class,
            r -> assertThat(r.reason()).isEqualTo(EnvelopeRefusal.WRONG_ROLE));
  }

  @Test
  void anAnswerWithTheNonceOfAnotherRequestIsRefused() throws MalformedMessage {
    byte[] other = new byte[Envelope.NONCE_BYTES];
    Arrays.fill(other, (byte) 1);
    EnvelopeVerifier.Expected answer =
        new EnvelopeVerifier.Expected(
            "ca.issue",
            "herald.ca",
            Set.of(CA.text()),
            Set.of(HeraldRole.NODE),
            TestAuthority.TD,
            ByteString.of(other),
            null);

    assertThat(VERIFIER.verify(Envelope.parse(good()), answer, MESH.bundle(), NOW))
        .isInstanceOfSatisfying(
            EnvelopeVerdict.Refused.class,
            r -> assertThat(r.reason()).isEqualTo(EnvelopeRefusal.WRONG_NONCE));
  }

  @Test
  void aSignatureMadeWithoutTheContextIsWorthNothing() throws Exception {
    Envelope envelope = Envelope.parse(good());
    Signature signature = MESH.crypto().signature("SHA256withECDSA");
    signature.initSign(NODE.key());
    signature.update(envelope.signed().toByteArray());

    assertThat(verify(Envelope.frame(envelope.signed().toByteArray(), signature.sign()), NOW))
        .isInstanceOfSatisfying(
            EnvelopeVerdict.Refused.class,
            r -> assertThat(r.reason()).isEqualTo(EnvelopeRefusal.BAD_SIGNATURE));
  }

  @Test
  void noFlippedBitIsAccepted() {
    byte[] frame = good();
    for (int i = 0; i < frame.length; i++) {
      byte[] flipped = frame.clone();
      flipped[i] ^= (byte) (1 << (i % 8));
      assertThat(accepted(flipped)).as("bit flipped in byte " + i).isFalse();
    }
  }

  @Test
  void noTruncationOrAdditionIsAccepted() {
    byte[] frame = good();
    for (int length = 0; length < frame.length; length++) {
      assertThat(accepted(Arrays.copyOf(frame, length))).as(length + " bytes").isFalse();
    }
    assertThat(accepted(Arrays.copyOf(frame, frame.length + 1))).isFalse();
  }

  @Test
  void randomBytesAreRefusedAndNeverThrowAnythingElse() {
    Random random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      byte[] magic = "HLD1".getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(magic, 0, bytes, 0, Math.min(bytes.length, magic.length));
      assertThat(accepted(bytes)).isFalse();
    }
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        change("length beyond the end", b -> put(b, 4, Integer.MAX_VALUE)),
        change("negative length", b -> put(b, 4, -1)),
        change("length of the type beyond the end", b -> put(b, 8, 1 << 20)),
        change("another version", b -> put(b, 0, 0x484c4432)),
        change("space in the type", b -> set(b, 14, (byte) ' ')),
        change("NUL in the type", b -> set(b, 14, (byte) 0)),
        change("signature of 4 KiB", b -> Arrays.copyOf(b, b.length + 4096)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void malformed(String name, byte[] frame) {
    assertThatThrownBy(() -> Envelope.parse(frame))
        .as(name)
        .isInstanceOf(MalformedMessage.class)
        .hasNoCause();
  }

  private static Arguments change(String name, UnaryOperator<byte[]> change) {
    return Arguments.of(name, change.apply(good()));
  }

  private static byte[] put(byte[] bytes, int at, int value) {
    ByteBuffer.wrap(bytes).putInt(at, value);
    return bytes;
  }

  private static byte[] set(byte[] bytes, int at, byte value) {
    bytes[at] = value;
    return bytes;
  }

  private static boolean accepted(byte[] frame) {
    try {
      return verify(frame, NOW) instanceof EnvelopeVerdict.Accepted;
    } catch (MalformedMessage e) {
      return false;
    }
  }
}
