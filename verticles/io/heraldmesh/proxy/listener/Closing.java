package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Header;
import io.heraldmesh.proxy.Limits;
import io.netty.handler.codec.http2.Http2Error;
import java.util.List;

/**
 * How a client's HTTP/1.1 connection ends: with an answer that is not lost on the way, after a
 * drain, or cut off so that the client sees that something is missing. An HTTP/2 stream ends by
 * itself with its response, and its connection goes on. Belongs to its event loop.
 */
final class Closing {
  private static final long LINGER_MILLIS = 1000;

  /** What a client without a request has to begin one in while the proxy drains. */
  static final long BEGIN_MILLIS = 1000;

  private final HttpServerStream client;
  private final ClientEnd end;
  private boolean last;
  private boolean draining;
  private boolean discarding;
  private boolean lingering;
  private boolean said;

  Closing(HttpServerStream client, ClientEnd end) {
    this.client = client;
    this.end = end;
  }

  /** The response now under way, or the next one, is the last. */
  boolean near() {
    return last || draining || client.exhausted();
  }

  /**
   * Nothing follows the response that was given, and the client knows. A drain alone does not tell
   * it: it may have begun behind the head.
   */
  boolean told() {
    return last || client.exhausted();
  }

  /** Nothing that the client sends is looked at any more. */
  boolean discarding() {
    return discarding;
  }

  /**
   * How long the client may keep this side waiting now, in ms.
   *
   * @param served it had an answer before
   * @param begun some of the head of its request is here
   */
  long patience(Limits limits, boolean served, boolean begun) {
    if (begun) {
      return limits.requestHead().toMillis();
    }
    if (lingers()) {
      return said ? LINGER_MILLIS : limits.idle().toMillis();
    }
    long usual = (served ? limits.idle() : limits.requestHead()).toMillis();
    return draining && !discarding ? Math.min(usual, BEGIN_MILLIS) : usual;
  }

  /** An HTTP/1.1 client was answered, and what it still sends is thrown away for a moment. */
  boolean lingers() {
    return lingering && !client.http2();
  }

  /** The proxy drains: a next request has a moment to begin. */
  boolean draining() {
    return draining;
  }

  /** There will be no request after this one. */
  void afterThis() {
    last = true;
  }

  /** The same, and none on the other streams of an HTTP/2 connection: it ends after what runs. */
  void afterThisOnAllStreams() {
    last = true;
    if (client.http2()) {
      end.channel().pipeline().fireUserEventTriggered(Drain.NOW);
    }
  }

  /** There will be no request after the one under way, or the next one. */
  void drain() {
    draining = true;
  }

  /** From now on nothing that the client sends is looked at. */
  void discard() {
    discarding = true;
    client.forgetPipelined();
  }

  /** The service has not answered {@code failed} and will not. */
  void answerInstead(ExchangeEnd failed, int status, String body) {
    if (failed.requestComplete()) {
      last = near();
      write(status, body, List.of(), last);
      client.flush();
      client.next(failed);
    } else {
      answerAndEnd(status, body, List.of(), true);
    }
  }

  /** Answers in the service's place, to a request that has no body. */
  void answer(int status, String body, List<Header> headers) {
    write(status, body, headers, near());
    client.flush();
    if (near()) {
      end(false);
    }
  }

  /**
   * Answers, and reads nothing more from this connection or stream.
   *
   * @param linger the client may still be sending a body
   */
  void answerAndEnd(int status, String body, List<Header> headers, boolean linger) {
    client.forgetExchange();
    last = true;
    discard();
    write(status, body, headers, true);
    end(linger);
  }

  /**
   * The response is complete, the request is not and will not be: end without losing the answer.
   */
  void finishEarly() {
    client.forgetExchange();
    discard();
    end(true);
  }

  /**
   * Ends the connection or stream so that the client sees that something is missing.
   *
   * @param error an HTTP/2 client is told
   */
  void abort(long error) {
    client.forgetExchange();
    discard();
    end.abort(error);
  }

  /**
   * An HTTP/2 client that still sends to a stream whose response is complete is told to stop (RFC
   * 9113 section 8.1), once the end of the response is on its way: a reset would overtake it.
   */
  void settle() {
    if (lingering && end.isAheadOfClient()) {
      lingering = false;
      end.abort(Http2Error.NO_ERROR.code());
    }
  }

  /** Without an answer, all streams included. */
  void closeConnection() {
    discard();
    end.channel().close();
  }

  /**
   * Ends an HTTP/1.1 connection after what was written. An HTTP/2 stream ends with its response.
   *
   * @param linger closing while the client still sends would reset the connection, and the answer
   *     with it; so only this direction ends, and what comes is thrown away for a moment (RFC 9112
   *     section 9.6)
   */
  void end(boolean linger) {
    client.flush();
    if (client.http2()) {
      lingering = linger;
      settle();
      return;
    }
    discard(); // a request that came now would be done, and not answered
    client.readOn();
    if (linger) {
      lingering = true;
      end.finishOutput(this::said);
    } else {
      end.closeInTurn();
    }
  }

  /** The answer has left: from now on the client has a moment. */
  private void said() {
    said = true;
    client.readOn();
  }

  private void write(int status, String body, List<Header> headers, boolean close) {
    client.write(
        client.grpc()
            ? LocalAnswer.grpc(end.channel().alloc(), status, body, headers)
            : LocalAnswer.of(
                end.channel().alloc(), status, body, headers, close && !client.http2()));
  }
}
