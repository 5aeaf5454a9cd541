package io.heraldmesh.proxy.upstream;

import io.heraldmesh.proxy.overload.Overload;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http2.Http2Error;

/**
 * One request's way to a target and back: a whole HTTP/1.1 connection while it is lent out, or one
 * HTTP/2 stream. Belongs to one event loop.
 */
public interface UpstreamStream {

  Target target();

  /** The connection's channel. */
  Channel channel();

  /**
   * It carried another request before, so the other side may have been about to close it. False
   * when that side said of this request that it looked at it, or may have.
   */
  boolean reused();

  /** The other side said that it did not look at the request (RFC 9113 section 8.7). */
  default boolean refused() {
    return false;
  }

  /**
   * The error code with which the other side reset the stream; INTERNAL_ERROR when it ended in any
   * other way.
   */
  default long error() {
    return Http2Error.INTERNAL_ERROR.code();
  }

  /** It takes more than was written so far. */
  boolean isWritable();

  /** Octets that must leave before it is writable again, or more; changes whenever some leave. */
  long untaken();

  /** Has no more wait to be written than there is room for now. */
  void adapt(Overload overload);

  /** Takes over the reference to {@code message}. */
  void write(HttpObject message);

  void flush();

  /** Stops or resumes reading, so that a slow client slows the service down. */
  void pause(boolean paused);

  /**
   * The exchange is over, and its sink hears nothing more but that.
   *
   * @param again the connection can carry another request
   */
  void done(boolean again);

  /** Gives up: resets the stream or closes the connection. */
  void abort();
}
