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
    Proof.set(channel, NOW.plusSeconds(60), NOW);

    assertThat(Proof.over(channel, NOW.plusSeconds(54))).isFalse();
    assertThat(Proof.over(channel, NOW.plusSeconds(55))).isTrue();
  }

  @Test
  void whereTheEndIsNearAlreadyTheConnectionIsLentUntilIt() {
    Proof.set(channel, NOW.plusSeconds(8), NOW);

    assertThat(Proof.over(channel, NOW.plusSeconds(7))).isFalse();
    assertThat(Proof.over(channel, NOW.plusSeconds(8))).isTrue();
  }

  @Test
  void whoseServerIsNotBelievedAnyMoreIsNotLent() {
    Proof.set(channel, Instant.EPOCH, NOW);

    assertThat(Proof.over(channel, NOW)).isTrue();
  }

  @Test
  void withoutACertificateOfTheMeshItIsLentAsLongAsItIsOpen() {
    assertThat(Proof.over(channel, NOW.plusSeconds(1_000_000))).isFalse();
  }
}
