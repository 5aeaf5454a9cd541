package io.heraldmesh.proxy.http2;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.util.AsciiString;

/**
 * Fields that do not go into the table of a connection's header compression (RFC 7541 section 7.1):
 * secrets, which who shares the connection could guess by the length of what is sent, and values
 * that no second message has, which would only push the others out.
 */
final class NeverIndexed {
  private static final AsciiString B3 = AsciiString.cached("b3");
  private static final AsciiString SPAN = AsciiString.cached("x-b3-spanid");
  private static final AsciiString TRACE = AsciiString.cached("x-b3-traceid");
  private static final AsciiString TRACE_PARENT = AsciiString.cached("traceparent");
  private static final AsciiString TRACE_STATE = AsciiString.cached("tracestate");
  private static final AsciiString REQUEST_ID = AsciiString.cached("x-request-id");

  private NeverIndexed() {}

  /**
   * @param name in lower case
   */
  static boolean is(CharSequence name, CharSequence value) {
    return switch (name.length()) {
      case 2 -> B3.contentEquals(name);
      case 6 -> HttpHeaderNames.COOKIE.contentEquals(name);
      case 10 -> HttpHeaderNames.SET_COOKIE.contentEquals(name) || TRACE_STATE.contentEquals(name);
      case 11 -> TRACE_PARENT.contentEquals(name) || SPAN.contentEquals(name);
      case 12 -> REQUEST_ID.contentEquals(name) || TRACE.contentEquals(name);
      case 13 -> HttpHeaderNames.AUTHORIZATION.contentEquals(name);
      default -> false;
    };
  }
}
