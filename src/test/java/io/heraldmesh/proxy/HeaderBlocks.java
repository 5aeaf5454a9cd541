package io.heraldmesh.proxy;

/** HPACK blocks for callers outside of this package. */
public final class HeaderBlocks {
  private HeaderBlocks() {}

  /** Literals without indexing: names and values as they are, in turns. */
  public static byte[] of(String... fields) {
    return RawHttp2Client.block(fields);
  }
}
