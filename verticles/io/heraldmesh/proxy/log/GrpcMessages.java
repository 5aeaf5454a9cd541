package io.heraldmesh.proxy.log;

import io.netty.buffer.ByteBuf;

/**
 * Counts the messages of one direction of a gRPC call: each is preceded by a flag and its length in
 * four bytes. Looks at these five bytes only. Belongs to one event loop.
 */
public final class GrpcMessages {
  private static final int PREFIX = 5;

  private long count;
  private long bodyLeft;
  private int prefixSeen;
  private long length;

  public long count() {
    return count;
  }

  /** Reads {@code data} and leaves it as it is. */
  public void read(ByteBuf data) {
    int at = data.readerIndex();
    int end = data.writerIndex();
    while (at < end) {
      if (bodyLeft > 0) {
        long skipped = Math.min(bodyLeft, end - at);
        bodyLeft -= skipped;
        at += (int) skipped;
        continue;
      }
      int b = data.getUnsignedByte(at++);
      length = prefixSeen == 0 ? 0 : length << 8 | b;
      if (++prefixSeen == PREFIX) {
        prefixSeen = 0;
        bodyLeft = length;
        count++;
      }
    }
  }
}
