package io.heraldmesh.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightTest {
  private final Weight weight = new Weight();

  private void messages(int count, long octets) {
    for (int i = 0; i < count; i++) {
      weight.add(octets);
    }
  }

  @Test
  void whatIsNotKnownYetIsLight() {
    assertThat(weight.heavy()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 1024, Weight.FRAME})
  void messagesOfOneFrameAreLightHoweverMany(long octets) {
    messages(10_000, octets);
    assertThat(weight.heavy()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {Weight.FRAME + 100, 64 * 1024, 1024 * 1024, Long.MAX_VALUE})
  void longerOnesAreHeavySoonerOrLater(long octets) {
    messages(200, octets);
    assertThat(weight.heavy()).isTrue();
  }

  @Test
  void aHugeOneIsEnough() {
    messages(1, 1L << 40);
    assertThat(weight.heavy()).isTrue();
  }

  @Test
  void oneOf64KibAmongManySmallOnesIsNot() {
    messages(1000, 500);
    messages(1, 64 * 1024);
    assertThat(weight.heavy()).isFalse();
  }

  @Test
  void whatWasHeavyIsLightAgainAfterSomeLightOnes() {
    messages(1000, Long.MAX_VALUE);
    messages(60, 1000);
    assertThat(weight.heavy()).as("the mean is some 21 KiB").isTrue();
    messages(10, 1000);
    assertThat(weight.heavy()).isFalse();
  }

  @Test
  void onlyBodiesCount() {
    assertThat(Weight.of(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK)))
        .isZero();
    assertThat(Weight.of(LastHttpContent.EMPTY_LAST_CONTENT)).isZero();
    assertThat(Weight.of(new DefaultHttpContent(Unpooled.wrappedBuffer(new byte[7])))).isEqualTo(7);
  }
}
