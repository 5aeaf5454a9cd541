package io.heraldmesh.proxy.upstream;

import io.heraldmesh.proxy.http2.FrameConnection;
import io.heraldmesh.proxy.http2.FrameStream;
import io.heraldmesh.proxy.http2.StreamListener;
import io.heraldmesh.proxy.overload.Buffering;
import io.heraldmesh.proxy.overload.Overload;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpObject;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** One stream of an HTTP/2 connection to a target. Belongs to its event loop. */
final class Http2Call implements UpstreamStream, StreamListener {
  private final Http2Upstream connection;
  private final FrameStream stream;
  private final boolean reused;
  private @Nullable ResponseSink sink;
  private @Nullable ResponseSink finished;
  private boolean reading;
  private long octets;

  /**
   * @param reused another call was made on the connection before
   */
  Http2Call(
      Http2Upstream connection,
      FrameConnection frames,
      AsciiString scheme,
      ResponseSink sink,
      boolean reused) {
    this.connection = connection;
    this.stream = frames.newStream(scheme, this);
    this.sink = sink;
    this.reused = reused;
  }

  @Override
  public Target target() {
    return connection.target();
  }

  @Override
  public Channel channel() {
    return stream.connection().channel();
  }

  @Override
  public boolean reused() {
    return reused && !stream.seen();
  }

  @Override
  public boolean refused() {
    return stream.refused();
  }

  @Override
  public long error() {
    return stream.error();
  }

  @Override
  public boolean isWritable() {
    return stream.isWritable();
  }

  @Override
  public long untaken() {
    return stream.pending();
  }

  @Override
  public void adapt(Overload overload) {
    stream.bound(Buffering.marks(overload));
  }

  @Override
  public void write(HttpObject message) {
    octets += Weight.of(message);
    stream.write(message);
  }

  @Override
  public void flush() {
    stream.flush();
  }

  @Override
  public void pause(boolean paused) {
    if (paused != stream.isPaused()) {
      stream.pause(paused);
    }
  }

  @Override
  public void done(boolean again) {
    target().weigh(octets);
    finished = sink;
    sink = null;
    if (stream.close()) {
      // answered, and the rest of the request is not taken
      connection.aborted();
    }
    if (!reading) {
      release();
    }
  }

  @Override
  public void abort() {
    target().weigh(octets);
    sink = null;
    if (stream.close()) {
      connection.aborted();
    }
  }

  @Override
  public void received(HttpObject part) {
    reading = true;
    ResponseSink waiting = sink;
    if (waiting == null) {
      ReferenceCountUtil.release(part);
    } else {
      octets += Weight.of(part);
      waiting.received(part);
    }
  }

  @Override
  public void receivedAll() {
    reading = false;
    if (sink != null) {
      sink.receivedAll();
    }
    release();
  }

  @Override
  public void writabilityChanged(boolean writable) {
    if (sink != null) {
      sink.writabilityChanged(writable);
    }
  }

  @Override
  public void malformed(Throwable cause) {
    failed(cause);
    stream.close();
  }

  @Override
  public void failed(Throwable cause) {
    ResponseSink waiting = sink;
    sink = null;
    if (waiting != null) {
      waiting.malformed(String.valueOf(cause.getMessage()));
    }
  }

  @Override
  public void closed() {
    ResponseSink waiting = sink;
    sink = null;
    connection.closed();
    if (waiting != null) {
      String fault = connection.fault();
      if (stream.tooLong()) {
        waiting.failed(
            new UpstreamFailure(
                UpstreamFailure.HEAD_TOO_LONG,
                target().describe() + ": takes no head of that length"));
      } else if (fault != null) {
        waiting.malformed(target().describe() + ": " + fault);
      } else {
        waiting.broken(target().describe() + ": closed by the other side");
      }
    }
    release();
  }

  private void release() {
    ResponseSink released = finished;
    if (released != null) {
      finished = null;
      released.receivedAll();
      released.released();
    }
  }
}
