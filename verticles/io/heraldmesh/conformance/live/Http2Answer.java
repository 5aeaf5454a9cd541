package io.heraldmesh.conformance.live;

/**
 * How a request of HTTP/2 ended.
 *
 * @param status of its response; 0: none came
 * @param error of the reset of its stream or of the end of its connection; −1: neither came
 * @param closed the connection ended before either
 */
record Http2Answer(int status, long error, boolean closed) {
  private static final int PROTOCOL_ERROR = 1;

  static Http2Answer status(int status) {
    return new Http2Answer(status, -1, false);
  }

  static Http2Answer error(long error) {
    return new Http2Answer(0, error, false);
  }

  static Http2Answer end() {
    return new Http2Answer(0, -1, true);
  }

  /** Nothing came for as long as the client waits. */
  static Http2Answer none() {
    return new Http2Answer(0, -1, false);
  }

  /** The request was not let through, in whichever way. */
  boolean refused() {
    return closed || error > 0 || status >= 400;
  }

  /**
   * It is told that the message is malformed: as an error of the stream or connection, or by the
   * answer that a server may send before it (RFC 9113 section 8.1.1).
   */
  boolean malformed() {
    return error == PROTOCOL_ERROR || status == 400;
  }
}
