package io.heraldmesh.proxy.overload;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * How much is read from a connection at once, and how much may wait to be written to one: as much
 * as goes quickest while buffers are plenty, a little while they are not, so that many connections
 * that nobody takes anything from share what there is.
 */
@SuppressWarnings("deprecation") // of Netty's handles, which it has no other word for
public final class Buffering implements RecvByteBufAllocator {
  private static final WriteBufferWaterMark LITTLE = new WriteBufferWaterMark(4 * 1024, 8 * 1024);
  private static final int LITTLE_READ = 4 * 1024;

  private final RecvByteBufAllocator usual = new AdaptiveRecvByteBufAllocator();
  private final Overload overload;

  public Buffering(Overload overload) {
    this.overload = overload;
  }

  /** How much may wait to be written now, in octets. */
  public static WriteBufferWaterMark marks(Overload overload) {
    return overload.tight() ? LITTLE : WriteBufferWaterMark.DEFAULT;
  }

  /** Has no more wait to be written to {@code channel} than there is room for now. */
  public static void adapt(Channel channel, Overload overload) {
    WriteBufferWaterMark wanted = marks(overload);
    if (channel.config().getWriteBufferHighWaterMark() != wanted.high()) {
      channel.config().setWriteBufferWaterMark(wanted);
    }
  }

  /**
   * Octets that wait to be written to {@code channel}, once they are too many for it to take more;
   * 0 until then. A closed one takes nothing.
   */
  public static long waiting(Channel channel) {
    long left = channel.bytesBeforeWritable();
    return left == 0 || left == Long.MAX_VALUE
        ? left
        : left + channel.config().getWriteBufferLowWaterMark();
  }

  @Override
  public Handle newHandle() {
    return new Reads(usual.newHandle(), overload);
  }

  private static final class Reads extends DelegatingHandle implements ExtendedHandle {
    private final Overload overload;

    Reads(Handle usual, Overload overload) {
      super(usual);
      this.overload = overload;
    }

    @Override
    public int guess() {
      int usual = super.guess();
      return overload.tight() ? Math.min(usual, LITTLE_READ) : usual;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      return allocator.ioBuffer(guess());
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
      return delegate() instanceof ExtendedHandle usual
          ? usual.continueReading(maybeMore)
          : continueReading();
    }
  }
}
