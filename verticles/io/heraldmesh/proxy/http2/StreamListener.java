package io.heraldmesh.proxy.http2;

import io.netty.handler.codec.http.HttpObject;

/** Hears what happens on one stream, on its connection's event loop. */
public interface StreamListener {

  /** A part of a message; the listener takes over its reference. */
  void received(HttpObject part);

  /** Nothing more is at hand: a good moment to flush. */
  void receivedAll();

  /** More can be written, or no longer. */
  void writabilityChanged(boolean writable);

  /** The other side sent fields that make no message. The stream is still open. */
  void malformed(Throwable cause);

  /** The other side broke the rules on this stream, which is being reset. */
  void failed(Throwable cause);

  /** The stream is over, however it ended. Nothing is heard of it any more. */
  void closed();
}
