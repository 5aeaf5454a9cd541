package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.log.GrpcCall;
import io.heraldmesh.proxy.log.GrpcMessages;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What passes in one gRPC call, seen for the log and the metrics. Belongs to one event loop. */
final class GrpcExchange {
  private static final String MEDIA_TYPE = "application/grpc";

  /** How long a client with a deadline has to give up by itself, in ms. */
  private static final long GRACE_MILLIS = 1_000;

  private static final Pattern TIMEOUT = Pattern.compile("([0-9]{1,8})([HMSmun])");

  private final long deadlineMillis;
  private final GrpcMessages requests = new GrpcMessages();
  private final GrpcMessages responses = new GrpcMessages();
  private @Nullable String status;

  /** For a request with these headers; null when it is no gRPC call. */
  static @Nullable GrpcExchange of(HttpHeaders headers) {
    String type = headers.get(HttpHeaderNames.CONTENT_TYPE);
    return type != null
            && type.startsWith(MEDIA_TYPE)
            && (type.length() == MEDIA_TYPE.length()
                || "+;".indexOf(type.charAt(MEDIA_TYPE.length())) >= 0)
        ? new GrpcExchange(millis(headers.get("grpc-timeout")))
        : null;
  }

  private GrpcExchange(long deadlineMillis) {
    this.deadlineMillis = deadlineMillis;
  }

  /** Whether a call that began {@code millis} ago should have ended by its client's deadline. */
  boolean overdue(long millis) {
    return millis - GRACE_MILLIS > deadlineMillis;
  }

  /** Of the request no message has begun to come. */
  boolean silent() {
    return requests.count() == 0;
  }

  /** The proxy ends the call with what gRPC has for {@code http}; returns the HTTP status sent. */
  int answered(int http) {
    status = Integer.toString(GrpcStatus.of(http));
    return 200;
  }

  /** The status of a response as an HTTP service would have said it; 0: it said none. */
  int asHttp(int http) {
    if (http != 200) {
      return http;
    }
    return status == null ? 0 : GrpcStatus.http(status);
  }

  /** For ever when there is no timeout, or none that can be read. */
  private static long millis(@Nullable String timeout) {
    Matcher parts = TIMEOUT.matcher(timeout == null ? "" : timeout);
    if (!parts.matches()) {
      return Long.MAX_VALUE / 2;
    }
    long amount = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "H" -> amount * 3_600_000;
      case "M" -> amount * 60_000;
      case "S" -> amount * 1_000;
      case "u" -> amount / 1_000;
      case "n" -> amount / 1_000_000;
      default -> amount;
    };
  }

  void request(ByteBuf data) {
    requests.read(data);
  }

  void response(ByteBuf data) {
    responses.read(data);
  }

  /** Headers or trailers of the response; a response without a body has its status in the first. */
  void response(HttpHeaders fields) {
    String said = fields.get("grpc-status");
    if (said != null) {
      // a service's word becomes a label: only those that exist
      status = said.matches("[0-9]|1[0-6]") ? said : "2";
    }
  }

  GrpcCall seen() {
    return new GrpcCall(status, requests.count(), responses.count());
  }
}
