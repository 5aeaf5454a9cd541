package io.heraldmesh.tls;

import io.netty.buffer.PooledByteBufAllocator;

/**
 * Where the data path's buffers come from. Netty's adaptive allocator, its default, takes more
 * processor time for the same requests; pools of small chunks, one for each processor, keep an idle
 * proxy as small as it does.
 */
public final class Buffers {
  private static final int PAGE_BYTES = 8192;

  /** Chunks of 1 MiB: the largest buffers that are read into or encrypted at once are 64 KiB. */
  private static final int CHUNK_ORDER = 7;

  private static final int SMALL_CACHED = 256;
  private static final int NORMAL_CACHED = 16;

  /** Direct buffers, as sockets and BoringSSL want them; heap buffers are not pooled. */
  static final PooledByteBufAllocator POOLED =
      new PooledByteBufAllocator(
          true,
          0,
          Runtime.getRuntime().availableProcessors(),
          PAGE_BYTES,
          CHUNK_ORDER,
          SMALL_CACHED,
          NORMAL_CACHED,
          false);

  private Buffers() {}

  /**
   * Octets of the pools' chunks that no buffer holds: taken from the system, and there for the next
   * buffers, as far as these fit into the gaps. Thread-safe; costs some microseconds, as it looks
   * at every chunk.
   */
  public static long idle() {
    return Math.max(0, POOLED.metric().usedDirectMemory() - POOLED.pinnedDirectMemory());
  }
}
