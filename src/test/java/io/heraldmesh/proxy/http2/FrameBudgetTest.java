package io.heraldmesh.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.proxy.HeaderBlocks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.Http2CodecUtil;
import org.junit.jupiter.api.Test;

/**
 * A field block is under way from its frame's header to its last octet, however reads cut it; and
 * who is sent something may manage that, while who is sent nothing may not.
 */
class FrameBudgetTest {
  private static final int HEADERS = 1;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int WINDOW_UPDATE = 8;
  private static final int CONTINUATION = 9;
  private static final int END_HEADERS = 4;

  private final byte[] block = HeaderBlocks.of("x", "yz");

  @Test
  void aBlockIsUnderWayUntilItsLastOctetIsHere() {
    ByteBuf begin = Unpooled.buffer();
    begin.writeBytes(Http2CodecUtil.connectionPrefaceBuf());
    frame(begin, SETTINGS, 0, 0, new byte[0]);
    int before = begin.readableBytes();
    frame(begin, HEADERS, 0, 1, block);
    frame(begin, CONTINUATION, END_HEADERS, 1, block);
    for (int cut = 0; cut <= begin.readableBytes(); cut++) {
      FrameBudget budget = FrameBudget.ofClient(() -> 7);
      EmbeddedChannel channel = new EmbeddedChannel(budget);
      channel.writeInbound(begin.copy(0, cut));
      boolean under = cut >= before + 9 && cut < begin.readableBytes();
      assertThat(budget.inBlock()).as("after %d octets", cut).isEqualTo(under);
      if (under) {
        assertThat(budget.blockSince()).isEqualTo(7);
      }
      channel.writeInbound(begin.copy(cut, begin.readableBytes() - cut));
      assertThat(budget.inBlock()).as("in two reads, cut after %d", cut).isFalse();
      assertThat(budget.blockOctets()).isEqualTo(2 * block.length);
      channel.finishAndReleaseAll();
    }
    begin.release();
  }

  @Test
  void roomAndAPingForEachFrameThatIsSentAreNoFlood() {
    FrameBudget budget = FrameBudget.ofServer(() -> 7);
    EmbeddedChannel channel = new EmbeddedChannel(budget);
    for (int i = 0; i < 10 * FrameBudget.MOST; i++) {
      budget.sent();
      channel.writeInbound(management());
    }
    channel.checkException();
    assertThat(channel.inboundMessages()).hasSize(10 * FrameBudget.MOST);
    channel.finishAndReleaseAll();
  }

  @Test
  void noMoreIsSavedUpThanAConnectionBeginsWith() {
    FrameBudget budget = FrameBudget.ofServer(() -> 7);
    EmbeddedChannel channel = new EmbeddedChannel(budget);
    for (int i = 0; i < 10 * FrameBudget.MOST; i++) {
      budget.sent();
    }
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < FrameBudget.MOST; i++) {
                channel.writeInbound(management());
              }
            })
        .hasMessageContaining("too many frames that carry nothing");
    channel.finishAndReleaseAll();
  }

  /** Room on a stream and on the connection, and a ping. */
  private static ByteBuf management() {
    ByteBuf frames = Unpooled.buffer();
    frame(frames, WINDOW_UPDATE, 0, 0, new byte[] {0, 0, 0, 5});
    frame(frames, WINDOW_UPDATE, 0, 1, new byte[] {0, 0, 0, 5});
    frame(frames, PING, 0, 0, new byte[8]);
    return frames;
  }

  private static void frame(ByteBuf to, int type, int flags, int stream, byte[] payload) {
    to.writeMedium(payload.length).writeByte(type).writeByte(flags).writeInt(stream);
    to.writeBytes(payload);
  }
}
