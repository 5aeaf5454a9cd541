package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.proxy.upstream.UpstreamFailure;
import java.util.Set;

/**
 * Why an exchange that was admitted did not come to its end.
 *
 * @param status that the client gets when nothing of a response has begun
 * @param reason for the log
 * @param flag a stable word for log and metrics; {@code -} when the client is to blame
 * @param word for the client to hear
 */
record ExchangeFailure(int status, Reason reason, String flag, String word) {
  private static final String NOBODYS = "-";
  private static final String IDLE = "idle";

  /** Flags of what the proxy ends although the service is well. */
  private static final Set<String> OURS =
      Set.of(Tunnel.WITHDRAWN, UpstreamFailure.TIMEOUT, IDLE, Admission.OVERLOADED);

  private ExchangeFailure(int status, String code, String detail, String flag) {
    this(status, new Reason(code, detail), flag, flag);
  }

  static ExchangeFailure badRequest(String detail) {
    return new ExchangeFailure(400, "bad_request", detail, NOBODYS);
  }

  /** The client did not wait for the answer to its upgrade. */
  static ExchangeFailure earlyData() {
    return new ExchangeFailure(
        502, "early_data", "the client did not wait for the answer to its upgrade", NOBODYS);
  }

  static ExchangeFailure overflow(String destination) {
    return upstream(UpstreamFailure.OVERFLOW, destination + " is called enough already");
  }

  /** The service cannot be reached, takes no such request, or broke off. */
  static ExchangeFailure upstream(String flag, String detail) {
    return flag.equals(UpstreamFailure.HEAD_TOO_LONG)
        ? new ExchangeFailure(431, flag, detail, NOBODYS)
        : new ExchangeFailure(503, flag, detail, flag);
  }

  static ExchangeFailure badResponse(String detail) {
    return new ExchangeFailure(
        502, UpstreamFailure.BAD_RESPONSE, detail, UpstreamFailure.BAD_RESPONSE);
  }

  /** Given up so that others can be served. */
  static ExchangeFailure stalled() {
    return new ExchangeFailure(
        503, Admission.OVERLOADED, "stood still while memory is short", Admission.OVERLOADED);
  }

  /** The permission, or what it rests on, is gone; {@code status} is what one asks with now. */
  static ExchangeFailure withdrawn(int status, Reason reason) {
    return new ExchangeFailure(
        status, reason, Tunnel.WITHDRAWN, status == 503 ? reason.code() : Tunnel.WITHDRAWN);
  }

  static ExchangeFailure late(Patience.Late late, Limits limits) {
    return switch (late) {
      case BODY ->
          new ExchangeFailure(408, "request_timeout", "the request's body did not go on", NOBODYS);
      case ROOM -> timedOut("the service takes no more of the request");
      case RESPONSE -> timedOut("no response in " + limits.response());
      case DEADLINE -> timedOut("not over by the call's own deadline");
      case CALL -> quiet(UpstreamFailure.TIMEOUT);
      case STREAM -> quiet(IDLE);
    };
  }

  private static ExchangeFailure timedOut(String detail) {
    return new ExchangeFailure(504, UpstreamFailure.TIMEOUT, detail, UpstreamFailure.TIMEOUT);
  }

  private static ExchangeFailure quiet(String code) {
    Reason reason = new Reason(code, "nothing passed for long");
    return new ExchangeFailure(504, reason, IDLE, IDLE);
  }

  /** The proxy ends it although the service is well. */
  boolean ours() {
    return OURS.contains(flag);
  }

  /** What the endpoint is told to have answered; 0: it is not to blame. */
  int blamed() {
    return UpstreamFailure.isEndpoints(flag) ? status : 0;
  }
}
