package io.heraldmesh.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProofTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  private final EmbeddedChannel channel = new EmbeddedChannel();

  @AfterEach
  void close() {
    channel.close();
  }

  @Test
  void aConnectionIsLentNoMoreFiveSecondsBeforeTheCertificateEnds() {
    Proof.set(channel, until(NOW.plusSeconds(60)), NOW);

    assertThat(Proof.over(channel, NOW.plusSeconds(54))).isFalse();
    assertThat(Proof.over(channel, NOW.plusSeconds(55))).isTrue();
  }

  @Test
  void whereTheEndIsNearAlreadyTheConnectionIsLentUntilIt() {
    Proof.set(channel, until(NOW.plusSeconds(8)), NOW);

    assertThat(Proof.over(channel, NOW.plusSeconds(7))).isFalse();
    assertThat(Proof.over(channel, NOW.plusSeconds(8))).isTrue();
  }

  @Test
  void whoseServerIsNotBelievedAnyMoreIsNotLent() {
    Proof.set(channel, until(Instant.EPOCH), NOW);

    assertThat(Proof.over(channel, NOW)).isTrue();
  }

  @Test
  void aClockThatWasSetBackToBeforeTheCertificateEndsTheLending() {
    Proof.set(channel, new Proof.Span(NOW, NOW.plusSeconds(60)), NOW);

    assertThat(Proof.over(channel, NOW)).isFalse();
    assertThat(Proof.over(channel, NOW.minusSeconds(1))).isTrue();
  }

  @Test
  void withoutACertificateOfTheMeshItIsLentAsLongAsItIsOpen() {
    assertThat(Proof.over(channel, NOW.plusSeconds(1_000_000))).isFalse();
  }

  private static Proof.Span until(Instant end) {
    return new Proof.Span(Instant.EPOCH, end);
  }
}
