package io.heraldmesh.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpMessage;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 stream: messages out of frames and frames out of messages, within the windows of both
 * sides. Belongs to its connection's event loop.
 */
public final class FrameStream {
  private final FrameConnection connection;
  private final StreamListener listener;
  private final AsciiString scheme;
  private @Nullable Http2Stream stream;
  private WriteBufferWaterMark marks = WriteBufferWaterMark.DEFAULT;
  private long pending;
  private int unconsumed;
  private int grants;
  private long error = Http2Error.INTERNAL_ERROR.code();
  private boolean full;
  private boolean paused;
  private boolean noted;
  private boolean endSent;
  private boolean endReceived;
  private boolean refused;
  private boolean tooLong;
  private boolean seen;
  private boolean closed;

  /** A stream that the other side has opened. */
  FrameStream(FrameConnection connection, Http2Stream stream) {
    this.connection = connection;
    this.scheme = AsciiString.EMPTY_STRING;
    this.stream = stream;
    this.listener = connection.owner().opened(this);
  }

  /** A stream that opens with the first message that is written to it. */
  FrameStream(FrameConnection connection, AsciiString scheme, StreamListener listener) {
    this.connection = connection;
    this.scheme = scheme;
    this.listener = listener;
  }

  /** Its connection. */
  public FrameConnection connection() {
    return connection;
  }

  public boolean isClosed() {
    return closed;
  }

  /**
   * The error code with which the other side reset the stream; INTERNAL_ERROR when it ended in any
   * other way.
   */
  public long error() {
    return error;
  }

  /** The other side said that it did not look at the request (RFC 9113 section 8.7). */
  public boolean refused() {
    return refused;
  }

  /** The head of the request is longer than the other side takes, and was not sent. */
  public boolean tooLong() {
    return tooLong;
  }

  /** The other side said that it looked at the request, or may have. */
  public boolean seen() {
    return seen;
  }

  /** This side has said all, and the other has not. */
  public boolean isHalfClosedLocal() {
    Http2Stream here = stream;
    return here != null && here.state() == Http2Stream.State.HALF_CLOSED_LOCAL;
  }

  /** The other side, or its connection, takes more than was written so far. */
  public boolean isWritable() {
    return !full;
  }

  /** Octets of bodies that have not left yet. */
  public long pending() {
    return pending;
  }

  /**
   * Another number whenever the other side takes some of what was written, or makes room for it:
   * for this stream while its own window is in the way, for any stream of the connection otherwise.
   */
  public long taken() {
    Channel channel = connection.channel();
    if (!channel.isWritable()) {
      return channel.bytesBeforeWritable();
    }
    return window() <= 0 ? grants : connection.grants();
  }

  /** Sets how much may wait to be written, in octets. */
  public void bound(WriteBufferWaterMark to) {
    marks = to;
  }

  // ---- to the other side

  /** Takes over the reference to {@code message}. */
  public void write(HttpObject message) {
    if (closed || endSent) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (message instanceof HttpMessage head) {
      boolean interim = head instanceof HttpResponse response && response.status().code() < 200;
      boolean bare = !interim && isBare(head);
      head(head, bare);
      if (bare || interim || closed) {
        ReferenceCountUtil.release(message);
        return;
      }
    }
    if (message instanceof LastHttpContent last) {
      end(last);
    } else if (message instanceof HttpContent part) {
      data(part.content(), false);
    }
  }

  private static boolean isBare(HttpMessage head) {
    return head instanceof FullHttpMessage whole
        && !whole.content().isReadable()
        && whole.trailingHeaders().isEmpty();
  }

  private void head(HttpMessage head, boolean last) {
    if (stream == null) {
      open((HttpRequest) head, last);
    } else {
      headers(Blocks.response((HttpResponse) head), last);
    }
  }

  private void open(HttpRequest head, boolean last) {
    Http2Headers fields;
    try {
      fields = Blocks.request(head, scheme);
    } catch (IllegalArgumentException e) {
      unsent();
      return;
    }
    if (!connection.peer().takes(fields)) {
      tooLong = true;
      unsent();
      return;
    }
    endSent = last;
    stream = connection.open(this, fields, last);
    if (stream == null && !closed) {
      refused = true;
      unsent();
    }
  }

  /** Told later: whoever writes does not expect it to end now. */
  private void unsent() {
    closed = true;
    connection.context().executor().execute(listener::closed);
  }

  private void headers(Http2Headers headers, boolean last) {
    endSent |= last;
    connection.owner().sent();
    connection.writeHeaders(id(), headers, last);
  }

  private void end(LastHttpContent last) {
    boolean trailers = !last.trailingHeaders().isEmpty();
    if (last.content().isReadable() || !trailers) {
      data(last.content(), !trailers);
    } else {
      last.release();
    }
    if (trailers) {
      trailers(Blocks.trailers(last.trailingHeaders()));
    }
  }

  /** Those of a request that are too long end it, and as late as {@link #unsent} says. */
  private void trailers(Http2Headers fields) {
    if (scheme.isEmpty() || connection.peer().takes(fields)) {
      headers(fields, true);
    } else {
      tooLong = true;
      endSent = true;
      connection.context().executor().execute(() -> reset(Http2Error.CANCEL.code()));
    }
  }

  private void data(ByteBuf content, boolean last) {
    if (closed) {
      content.release();
      return;
    }
    endSent |= last;
    connection.owner().sent();
    ChannelPromise written = connection.promise();
    int octets = content.readableBytes();
    if (!last && octets > 0) {
      pending += octets;
      full |= pending > marks.high() || pending > window();
      written.addListener(done -> left(octets));
    }
    connection.encoder().writeData(connection.context(), id(), content, 0, last, written);
  }

  private void left(int octets) {
    pending -= octets;
    if (full && pending <= marks.low() && (pending == 0 || closed || pending <= window())) {
      full = false;
      if (!closed) {
        listener.writabilityChanged(true);
      }
    }
  }

  /**
   * What the other side takes of this stream before it gives room for more. No more is asked for
   * than that: of what it never takes, there would be as much again here for each of its streams.
   */
  private int window() {
    Http2Stream here = stream;
    return here == null ? Integer.MAX_VALUE : connection.window(here);
  }

  /** Sends what was written. */
  public void flush() {
    connection.flushSoon();
  }

  /**
   * Ends it, unless both sides have said all. What the other side gives no room for has not been
   * said.
   *
   * @return whether something was cut off
   */
  public boolean close() {
    boolean cut = !closed && !(endReceived && endLeft());
    if (cut) {
      reset(Http2Error.CANCEL.code());
    }
    return cut;
  }

  private boolean endLeft() {
    Http2Stream here = stream;
    return endSent && here != null && !here.state().localSideOpen();
  }

  /** Ends it and says why. */
  public void reset(long code) {
    if (closed) {
      return;
    }
    endSent = true;
    Http2Stream here = stream;
    if (here == null) {
      over();
    } else {
      connection.reset(here, code);
    }
  }

  /**
   * Stops or resumes making room for what the other side sends: while stopped it sends no more than
   * its window allows, which is passed on all the same.
   */
  public void pause(boolean pause) {
    paused = pause;
    int octets = unconsumed;
    Http2Stream here = stream;
    if (!pause && octets > 0 && here != null && !closed) {
      unconsumed = 0;
      connection.consume(here, octets);
    }
  }

  public boolean isPaused() {
    return paused;
  }

  // ---- from the other side, by its connection

  int id() {
    Http2Stream here = stream;
    return here == null ? 0 : here.id();
  }

  void headersRead(Http2Headers headers, boolean server, boolean last) {
    endReceived |= last;
    HttpObject part;
    try {
      part = server ? Messages.request(headers, last) : Messages.response(headers, last);
    } catch (Messages.Malformed | RuntimeException e) {
      listener.malformed(e);
      return;
    }
    listener.received(part);
  }

  /** The other side takes more. */
  void granted() {
    grants++;
  }

  /** Returns how many octets the other side may send again already. */
  int dataRead(ByteBuf data, int padding, boolean last) {
    endReceived |= last;
    int octets = data.readableBytes() + padding;
    listener.received(
        last
            ? new DefaultLastHttpContent(data.retain(), EmptyHttpHeaders.INSTANCE)
            : new DefaultHttpContent(data.retain()));
    if (paused) {
      unconsumed += octets;
      return 0;
    }
    return octets;
  }

  /** True the first time in one turn of reading. */
  boolean note() {
    boolean first = !noted;
    noted = true;
    return first;
  }

  void readAll() {
    noted = false;
    if (!closed) {
      listener.receivedAll();
    }
  }

  void resetRead(long code) {
    error = code;
    leftOut(code == Http2Error.REFUSED_STREAM.code());
  }

  /** The other side said whether it did not look at the request. */
  void leftOut(boolean so) {
    refused |= so;
    seen |= !so;
  }

  void failed(Throwable cause) {
    listener.failed(cause);
  }

  void over() {
    if (!closed) {
      closed = true;
      listener.closed();
    }
  }
}
