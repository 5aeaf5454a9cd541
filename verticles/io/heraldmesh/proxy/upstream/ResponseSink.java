package io.heraldmesh.proxy.upstream;

import io.netty.handler.codec.http.HttpObject;

/** Who waits for a response. Everything is called on the event loop of the connection. */
public interface ResponseSink {

  /** {@code stream} is ready to be written to. */
  void connected(UpstreamStream stream);

  /** There is none, and nothing was sent. */
  void failed(UpstreamFailure failure);

  /** A part of the response; the sink takes over its reference. */
  void received(HttpObject part);

  /** Nothing more is at hand: a good moment to flush. */
  void receivedAll();

  /** More can be written, or no longer. */
  void writabilityChanged(boolean writable);

  /** The stream ended before its response did. */
  void broken(String detail);

  /** What came is no legal response; the stream has ended. */
  void malformed(String detail);

  /** The response is complete and the stream has been given back. */
  void released();

  /** The method of the request is HEAD: its response has no body, whatever its headers say. */
  boolean expectsNoBody();
}
