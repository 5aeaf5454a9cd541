package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.overload.Overload;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpObject;

/**
 * The way to a client: an HTTP/1.1 connection, or one stream of an HTTP/2 connection. Belongs to
 * its event loop.
 */
interface ClientEnd {

  /** The connection's channel. */
  Channel channel();

  /** A stream, which carries one request and ends by itself with its response. */
  boolean http2();

  /** The client takes more than was written so far. */
  boolean isWritable();

  /** Octets that must leave before it is writable again, or more; changes whenever some leave. */
  long untaken();

  /** Another number whenever the client takes some of what was written, or makes room for it. */
  long taken();

  /** Has no more wait to be written than there is room for now. */
  void adapt(Overload overload);

  /** Takes over the reference to {@code message}. */
  void write(HttpObject message);

  void flush();

  /** Stops or resumes reading from the client. */
  void read(boolean on);

  /** The response that comes next answers a HEAD request, or does not. */
  void expectNoBody(boolean head);

  /** Some bytes of a request head are here, but not all. */
  boolean waitsForRestOfHead();

  /** The connection may go on as something else. */
  boolean mayLeave();

  /** Goes on with what came and had to wait behind a request. */
  void resume();

  /** After what was written. */
  void closeInTurn();

  /**
   * The same for this direction alone: the client sees the end, and what it sends still comes.
   *
   * @param said runs when all has left
   */
  void finishOutput(Runnable said);

  /** At once: the connection, or this stream only. */
  void close();

  /**
   * So that the client sees that something is missing.
   *
   * @param error that an HTTP/2 client is told
   */
  void abort(long error);

  /** All was said to a client that still speaks. */
  boolean isAheadOfClient();
}
