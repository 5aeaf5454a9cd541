package io.heraldmesh.proxy.http2;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.proxy.http2.FramesPair.Heard;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Error;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Messages pass as frames in both directions, each side at the pace of the other. */
class FrameConnectionTest {
  /** What one stream may have under way at first (RFC 9113 section 6.9.2). */
  private static final int WINDOW = 65_535;

  private final FramesPair pair = new FramesPair(100);

  @AfterEach
  void close() {
    pair.close();
  }

  @Test
  void aCallAndItsAnswerPassWhole() {
    Heard call = call(get("/x"));
    Heard served = pair.server.opened.getFirst();
    HttpRequest asked = (HttpRequest) served.head();
    assertThat(asked.uri()).isEqualTo("/x");
    assertThat(asked.headers().get("host")).isEqualTo("server.b");
    assertThat(asked.headers().get("x-http2-scheme")).isEqualTo("https");
    assertThat(asked).isInstanceOf(LastHttpContent.class);
    answer(served, whole("hello"));
    assertThat(((HttpResponse) call.head()).status()).isEqualTo(HttpResponseStatus.OK);
    assertThat(call.body()).isEqualTo("hello");
    assertThat(List.of(call.count("closed"), served.count("closed"))).containsExactly(1L, 1L);
    assertThat(pair.server.closed).isEqualTo(1);
  }

  @Test
  void aBodyAndWhatFollowsItPassInParts() {
    Heard call = call(post());
    Heard served = pair.server.opened.getFirst();
    write(call, new DefaultHttpContent(text("a")));
    assertThat(served.body()).isEqualTo("a");
    DefaultLastHttpContent last = new DefaultLastHttpContent(text("b"));
    last.trailingHeaders().set("checksum", "1");
    write(call, last);
    assertThat(served.body()).isEqualTo("ab");
    LastHttpContent end = (LastHttpContent) served.parts.getLast();
    assertThat(end.trailingHeaders().get("checksum")).isEqualTo("1");
  }

  /** Whoever shares the connection could tell a guessed secret by how little is sent for it. */
  @Test
  void aSecretCostsAsMuchTheSecondTime() {
    sent("warm-up");
    assertThat(sent("authorization")).isEqualTo(sent("authorization"));
    assertThat(sent("cookie")).isEqualTo(sent("cookie"));
    assertThat(sent("x-request-id")).isEqualTo(sent("x-request-id"));
    int first = sent("user-agent");
    assertThat(sent("user-agent")).as("what is no secret is sent once").isLessThan(first - 20);
  }

  /** Octets of a call with a field of 30 octets. */
  private int sent(String field) {
    HttpRequest request = (HttpRequest) get("/x");
    request.headers().set(field, "v".repeat(30));
    Heard call = pair.call();
    call.stream().write(request);
    call.stream().flush();
    int octets = 0;
    for (Object bytes : pair.clientChannel.outboundMessages()) {
      octets += ((ByteBuf) bytes).readableBytes();
    }
    pair.pass();
    HttpRequest asked = (HttpRequest) pair.server.opened.getLast().head();
    assertThat(asked.headers().get(field)).hasSize(30);
    return octets;
  }

  @Test
  void anInterimAnswerIsNotTheLast() {
    Heard call = call(get("/x"));
    Heard served = pair.server.opened.getFirst();
    answer(
        served,
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.EARLY_HINTS, Unpooled.EMPTY_BUFFER));
    answer(served, whole("then"));
    assertThat(call.parts).hasSizeGreaterThan(1);
    assertThat(((HttpResponse) call.head()).status().code()).isEqualTo(103);
    assertThat(call.body()).isEqualTo("then");
  }

  /** What was sent stays with the reader, and nothing more than its window comes. */
  @Test
  void aReaderThatStopsHoldsUpItsWriter() {
    Heard call = call(post());
    Heard served = pair.server.opened.getFirst();
    served.stream().pause(true);
    while (call.stream().isWritable()) {
      write(call, new DefaultHttpContent(block(16_384)));
    }
    assertThat(served.octets()).isEqualTo(WINDOW);
    assertThat(call.stream().pending()).as("the one message that had no room").isEqualTo(16_384);
    served.stream().pause(false);
    pair.pass();
    assertThat(call.stream().isWritable()).isTrue();
    assertThat(call.stream().pending()).isZero();
    assertThat(call.events).contains("writable true");
    assertThat(served.octets()).isGreaterThan(WINDOW);
  }

  @Test
  void lessWaitsWhereLessMay() {
    Heard call = call(post());
    pair.server.opened.getFirst().stream().pause(true);
    call.stream().bound(new WriteBufferWaterMark(1_000, 2_000));
    write(call, new DefaultHttpContent(block(WINDOW)));
    assertThat(call.stream().isWritable()).as("its reader has room").isTrue();
    write(call, new DefaultHttpContent(block(2_001)));
    assertThat(call.stream().isWritable()).isFalse();
  }

  /** Else one slow stream would stop all others of its connection. */
  @Test
  void aReaderThatStopsHoldsUpNoOther() {
    pair.answers.widen(10);
    pair.pass();
    Heard slow = call(post());
    pair.server.opened.getFirst().stream().pause(true);
    while (slow.stream().isWritable()) {
      write(slow, new DefaultHttpContent(block(16_384)));
    }
    Heard other = call(post());
    for (int i = 0; i < 20; i++) {
      write(other, new DefaultHttpContent(block(16_384)));
    }
    assertThat(pair.server.opened.getLast().octets()).isEqualTo(20 * 16_384);
  }

  /** Otherwise every stream that ends unread would take of the connection's window for ever. */
  @Test
  void whatAStreamHeldIsTheConnectionsAgainWhenItEnds() {
    for (int i = 0; i < 5; i++) {
      Heard call = call(post());
      Heard served = pair.server.opened.getLast();
      served.stream().pause(true);
      write(call, new DefaultHttpContent(block(WINDOW)));
      assertThat(served.octets()).isEqualTo(WINDOW);
      served.stream().reset(Http2Error.CANCEL.code());
      pair.pass();
    }
  }

  @Test
  void whyAStreamWasResetIsTold() {
    Heard call = call(post());
    pair.server.opened.getFirst().stream().reset(Http2Error.ENHANCE_YOUR_CALM.code());
    pair.pass();
    assertThat(call.stream().error()).isEqualTo(Http2Error.ENHANCE_YOUR_CALM.code());
    assertThat(call.stream().refused()).isFalse();
    assertThat(call.count("closed")).isEqualTo(1);
  }

  @Test
  void aCallThatWasRefusedWasNotLookedAt() {
    Heard call = call(post());
    pair.server.opened.getFirst().stream().reset(Http2Error.REFUSED_STREAM.code());
    pair.pass();
    assertThat(call.stream().refused()).isTrue();
  }

  @Test
  void aConnectionThatGoesAwayTakesNoCallAndSaysSo() {
    Heard running = call(get("/x"));
    pair.serverChannel.close();
    pair.pass();
    assertThat(pair.client.goesAway).isTrue();
    Heard late = pair.call();
    late.stream().write(post());
    assertThat(late.events).as("not before its writer is done").isEmpty();
    pair.pass();
    assertThat(late.events).containsExactly("closed");
    assertThat(late.stream().refused()).isTrue();
    assertThat(pair.server.opened).hasSize(1);
    assertThat(running.events).doesNotContain("closed");
    answer(pair.server.opened.getFirst(), whole("still"));
    assertThat(running.body()).isEqualTo("still");
  }

  @Test
  void aCallOnItsWayToAConnectionThatAnnouncesItsEndIsServed() {
    pair.answers.announceEnd();
    Heard crossing = call(get("/x"));
    assertThat(pair.client.goesAway).isTrue();
    assertThat(pair.server.opened).hasSize(1);
    pair.serverChannel.close();
    pair.pass();
    assertThat(crossing.events).doesNotContain("closed");
    answer(pair.server.opened.getFirst(), whole("still"));
    assertThat(crossing.body()).isEqualTo("still");
    assertThat(pair.serverChannel.isOpen()).isFalse();
  }

  @Test
  void moreCallsThanTheServerTakesAreRefusedUnsent() {
    try (FramesPair few = new FramesPair(1)) {
      assertThat(few.client.takes).isEqualTo(1);
      few.call().stream().write(post());
      Heard second = few.call();
      second.stream().write(post());
      few.pass();
      assertThat(second.stream().refused()).isTrue();
      assertThat(few.calls.connection().numActiveStreams()).isEqualTo(1);
    }
  }

  @Test
  void aCallThatNeverBeganEndsWithoutAFrame() {
    Heard call = pair.call();
    call.stream().close();
    assertThat(call.events).containsExactly("closed");
    ByteBuf sent = pair.clientChannel.readOutbound();
    assertThat(sent).isNull();
  }

  @Test
  void everyStreamHearsThatItsConnectionIsGone() {
    Heard call = call(post());
    Heard served = pair.server.opened.getFirst();
    pair.clientChannel.close();
    pair.clientChannel.disconnect();
    pair.pass();
    pair.clientChannel.pipeline().fireChannelInactive();
    pair.serverChannel.pipeline().fireChannelInactive();
    assertThat(call.count("closed")).isEqualTo(1);
    assertThat(served.count("closed")).isEqualTo(1);
  }

  @Test
  void whatIsWrittenAfterTheEndIsReleased() {
    Heard call = call(get("/x"));
    ByteBuf late = text("late");
    write(call, new DefaultHttpContent(late));
    assertThat(late.refCnt()).isZero();
    assertThat(pair.server.opened.getFirst().body()).isEmpty();
  }

  private Heard call(HttpObject first) {
    Heard call = pair.call();
    write(call, first);
    return call;
  }

  private void write(Heard of, HttpObject part) {
    of.stream().write(part);
    of.stream().flush();
    pair.pass();
  }

  private void answer(Heard served, HttpObject part) {
    write(served, part);
  }

  private static HttpObject get(String path) {
    return named(
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.GET, path, Unpooled.EMPTY_BUFFER));
  }

  private static HttpObject post() {
    return named(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/post"));
  }

  private static HttpRequest named(HttpRequest request) {
    request.headers().set(HttpHeaderNames.HOST, "server.b");
    return request;
  }

  private static HttpResponse whole(String body) {
    DefaultHttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    return new DefaultFullHttpResponse(head.protocolVersion(), head.status(), text(body));
  }

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, UTF_8);
  }

  private static ByteBuf block(int octets) {
    return Unpooled.wrappedBuffer(new byte[octets]);
  }
}
