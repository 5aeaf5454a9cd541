package io.heraldmesh.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** gRPC messages are counted whatever the pieces in which they come. */
class GrpcMessagesTest {
  @Test
  void nothingIsNoMessage() {
    assertThat(count(Unpooled.EMPTY_BUFFER, 1)).isZero();
  }

  @Test
  void messagesOfEveryLengthAreCountedInPiecesOfEveryLength() {
    int[] lengths = {0, 1, 255, 256, 70_000, 0, 0, 3};
    ByteBuf all = Unpooled.buffer();
    for (int length : lengths) {
      all.writeByte(0).writeInt(length).writeBytes(filled(length));
    }
    for (int piece : new int[] {1, 2, 4, 5, 6, 1000, all.readableBytes()}) {
      assertThat(count(all, piece)).as("in pieces of " + piece).isEqualTo(lengths.length);
    }
  }

  @Test
  void aLengthAboveTwoGigabytesIsNoNegativeOne() {
    ByteBuf huge = Unpooled.buffer().writeByte(0).writeInt(-1).writeBytes(filled(1000));
    assertThat(count(huge, 100)).isEqualTo(1);
  }

  @Test
  void theDataIsLeftAsItIs() {
    ByteBuf data = Unpooled.buffer().writeByte(0).writeInt(1).writeByte(7);
    new GrpcMessages().read(data);
    assertThat(data.readerIndex()).isZero();
    assertThat(data.readableBytes()).isEqualTo(6);
  }

  private static long count(ByteBuf all, int piece) {
    GrpcMessages messages = new GrpcMessages();
    for (int at = 0; at < all.readableBytes(); at += piece) {
      messages.read(all.slice(at, Math.min(piece, all.readableBytes() - at)));
    }
    return messages.count();
  }

  /** Bytes that would be prefixes themselves if they were taken for such. */
  private static byte[] filled(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
