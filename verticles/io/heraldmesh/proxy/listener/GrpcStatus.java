package io.heraldmesh.proxy.listener;

import java.nio.charset.StandardCharsets;

/** How gRPC says what HTTP says by its status. */
final class GrpcStatus {
  private GrpcStatus() {}

  /**
   * The {@code grpc-status} that a gRPC client is told where others get {@code http}.
   *
   * <p>Source: gRPC, "HTTP to gRPC Status Code Mapping", but 408 and 504 are DEADLINE_EXCEEDED, and
   * what is too large is RESOURCE_EXHAUSTED, as gRPC's own servers say.
   */
  static int of(int http) {
    return switch (http) {
      case 400 -> 13;
      case 401 -> 16;
      case 403 -> 7;
      case 404 -> 12;
      case 408, 504 -> 4;
      case 413, 414, 431 -> 8;
      case 429, 502, 503 -> 14;
      default -> 2;
    };
  }

  /**
   * What an HTTP service would have said instead of {@code status}: whether an endpoint is healthy
   * is told by this.
   */
  static int http(String status) {
    return switch (status) {
      case "0" -> 200;
      case "1" -> 499;
      case "3", "9", "11" -> 400;
      case "4" -> 504;
      case "5" -> 404;
      case "6", "10" -> 409;
      case "7" -> 403;
      case "8" -> 429;
      case "12" -> 501;
      case "14" -> 503;
      case "16" -> 401;
      default -> 500;
    };
  }

  /** {@code text} as a {@code grpc-message}: all but printable ASCII in percent encoding. */
  static String message(String text) {
    StringBuilder message = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b >= ' ' && b <= '~' && b != '%') {
        message.append((char) b);
      } else {
        message.append('%');
        message.append(Character.toUpperCase(Character.forDigit(b >> 4 & 15, 16)));
        message.append(Character.toUpperCase(Character.forDigit(b & 15, 16)));
      }
    }
    return message.toString();
  }
}
