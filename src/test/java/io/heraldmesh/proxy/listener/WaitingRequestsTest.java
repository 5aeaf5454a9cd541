package io.heraldmesh.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.proxy.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** While a request waits for its turn, what is behind it stays bytes, and none of it is lost. */
class WaitingRequestsTest {
  private static final int MANY = 1_000;

  private final List<Object> events = new ArrayList<>();
  private final RequestDecoder decoder = new RequestDecoder(Limits.DEFAULTS, this::waits);
  private final EmbeddedChannel channel =
      new EmbeddedChannel(
          decoder,
          new ChannelInboundHandlerAdapter() {
            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
              events.add(event);
            }
          });

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @Test
  void ofManyRequestsAtOnceOneIsMadeAtATime() {
    channel.writeInbound(gets(MANY));
    for (int i = 0; i < MANY; i++) {
      assertThat(channel.inboundMessages()).as("a head and its end").hasSize(2);
      assertThat(taken()).isEqualTo("/" + i);
      decoder.resume();
    }
    assertThat(channel.inboundMessages()).isEmpty();
    assertThat(decoder.hasUnread()).isFalse();
  }

  @Test
  void whatComesMeanwhileWaitsToo() {
    channel.writeInbound(gets(2));
    channel.writeInbound(text("GET /2 HTT"));
    channel.writeInbound(text("P/1.1\r\nHost: b\r\n\r\n"));
    for (int i = 0; i < 3; i++) {
      assertThat(channel.inboundMessages()).hasSize(2);
      assertThat(taken()).isEqualTo("/" + i);
      decoder.resume();
    }
  }

  @Test
  void aBodyWaitsBehindItsHead() {
    StringBuilder chunks = new StringBuilder();
    chunks.append("POST /x HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n");
    chunks.append("1\r\nx\r\n".repeat(MANY)).append("0\r\n\r\n");
    channel.writeInbound(text(chunks.toString()));
    assertThat(channel.inboundMessages()).hasSize(1);
    HttpRequest head = channel.readInbound();
    assertThat(head.uri()).isEqualTo("/x");
    int octets = 0;
    boolean last = false;
    while (!last) {
      decoder.resume();
      assertThat(channel.inboundMessages()).hasSize(1);
      HttpContent part = channel.readInbound();
      octets += part.content().readableBytes();
      last = part instanceof LastHttpContent;
      part.release();
    }
    assertThat(octets).isEqualTo(MANY);
  }

  @Test
  void theEndOfTheInputIsHeardBehindTheLastOfThem() {
    channel.writeInbound(gets(3));
    channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    for (int i = 0; i < 3; i++) {
      assertThat(events).hasSize(i < 2 ? 0 : 1);
      assertThat(taken()).isEqualTo("/" + i);
      decoder.resume();
    }
    assertThat(channel.inboundMessages()).isEmpty();
  }

  @Test
  void theEndOfTheInputIsHeardAtOnceWhereNothingWaits() {
    channel.writeInbound(gets(1));
    channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    assertThat(events).hasSize(1);
  }

  private boolean waits() {
    return !channel.inboundMessages().isEmpty();
  }

  private String taken() {
    HttpRequest head = channel.readInbound();
    LastHttpContent end = channel.readInbound();
    end.release();
    return head.uri();
  }

  private static ByteBuf gets(int many) {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < many; i++) {
      all.append("GET /").append(i).append(" HTTP/1.1\r\nHost: b\r\n\r\n");
    }
    return text(all.toString());
  }

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }
}
