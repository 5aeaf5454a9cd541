package io.heraldmesh.proxy.http2;

/** Hears what happens on one connection as a whole, on its event loop. */
public interface ConnectionListener {

  /**
   * The other side opened a stream.
   *
   * @return who hears of it
   */
  StreamListener opened(FrameStream stream);

  /** A stream that the other side opened is over. */
  void closed(FrameStream stream);

  /**
   * The other side takes so many streams at a time; {@link Integer#MAX_VALUE} when it says nothing
   * of that as it begins.
   */
  void takes(long streams);

  /**
   * DATA of a message is sent, or the head or the trailers of one on a stream that was opened
   * before.
   */
  void sent();

  /** The other side takes no further streams. */
  void goesAway();
}
