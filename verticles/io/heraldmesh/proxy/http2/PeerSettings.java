package io.heraldmesh.proxy.http2;

import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.Map;

/**
 * What the other side of a connection has said that it takes (RFC 9113 section 6.5.2). Belongs to
 * the connection's event loop.
 */
final class PeerSettings {
  /** What a field counts besides its octets. */
  private static final int FIELD = 32;

  private final Http2HeadersEncoder.Configuration heads;
  private final boolean lenient;
  private final ConnectionListener owner;
  private boolean heard;

  /**
   * @param heads bounds what this side sends; the codec puts there what the other side says
   * @param lenient the other side may be sent a quarter more than it says
   */
  PeerSettings(Http2HeadersEncoder.Configuration heads, boolean lenient, ConnectionListener owner) {
    this.heads = heads;
    this.lenient = lenient;
    this.owner = owner;
  }

  /** The codec has read {@code settings}, and keeps to them already. */
  void read(Http2Settings settings) throws Http2Exception {
    Long streams = settings.maxConcurrentStreams();
    if (streams != null) {
      owner.takes(streams);
    } else if (!heard) {
      owner.takes(Integer.MAX_VALUE);
    }
    heard = true;
    Long octets = settings.maxHeaderListSize();
    if (lenient && octets != null) {
      heads.maxHeaderListSize(
          Math.min(octets + (octets >>> 2), Http2CodecUtil.MAX_HEADER_LIST_SIZE));
    }
  }

  /** Whether {@code head} is no longer than the other side takes. */
  boolean takes(Http2Headers head) {
    long most = heads.maxHeaderListSize();
    if (most >= Http2CodecUtil.MAX_HEADER_LIST_SIZE) {
      return true;
    }
    long octets = 0;
    for (Map.Entry<CharSequence, CharSequence> field : head) {
      octets += field.getKey().length() + field.getValue().length() + FIELD;
    }
    return octets <= most;
  }
}
