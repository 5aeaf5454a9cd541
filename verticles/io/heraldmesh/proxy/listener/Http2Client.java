package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.http2.FrameStream;
import io.heraldmesh.proxy.http2.StreamListener;
import io.heraldmesh.proxy.overload.Buffering;
import io.heraldmesh.proxy.overload.Overload;
import io.heraldmesh.proxy.upstream.Watch;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;

/** One stream of a client's HTTP/2 connection. Belongs to its event loop. */
final class Http2Client implements ClientEnd, StreamListener {
  private final FrameStream stream;
  private final HttpServerStream request;
  private boolean noBody;

  Http2Client(ListenerContext context, Gate gate, FrameStream stream, Watch watch) {
    this.stream = stream;
    this.request = new HttpServerStream(context, gate, this, watch, watch.now());
  }

  @Override
  public Channel channel() {
    return stream.connection().channel();
  }

  @Override
  public boolean http2() {
    return true;
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
  public long taken() {
    return stream.taken();
  }

  @Override
  public void adapt(Overload overload) {
    stream.bound(Buffering.marks(overload));
  }

  @Override
  public void write(HttpObject message) {
    if (noBody && message instanceof HttpContent content) {
      content.content().skipBytes(content.content().readableBytes());
    }
    stream.write(message);
  }

  @Override
  public void flush() {
    stream.flush();
  }

  @Override
  public void read(boolean on) {
    stream.pause(!on);
  }

  @Override
  public void expectNoBody(boolean head) {
    noBody = head;
  }

  @Override
  public boolean waitsForRestOfHead() {
    return false;
  }

  @Override
  public boolean mayLeave() {
    return false;
  }

  @Override
  public void resume() {
    // a stream carries one request
  }

  @Override
  public void finishOutput(Runnable said) {
    // it ends with its response
  }

  @Override
  public void closeInTurn() {
    // it ends with its response
  }

  @Override
  public void close() {
    stream.close();
  }

  @Override
  public void abort(long error) {
    stream.reset(error);
  }

  @Override
  public boolean isAheadOfClient() {
    return stream.isHalfClosedLocal();
  }

  // ---- what comes from the client

  @Override
  public void received(HttpObject part) {
    request.received(part);
  }

  @Override
  public void receivedAll() {
    request.receivedAll();
  }

  @Override
  public void writabilityChanged(boolean writable) {
    request.writabilityChanged(writable);
  }

  @Override
  public void malformed(Throwable cause) {
    request.failed(true);
  }

  @Override
  public void failed(Throwable cause) {
    request.broken();
  }

  @Override
  public void closed() {
    request.gone();
  }
}
