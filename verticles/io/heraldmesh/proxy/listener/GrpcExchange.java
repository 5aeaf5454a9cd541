package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.log.GrpcCall;
import io.heraldmesh.proxy.log.GrpcMessages;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** What passes in one gRPC call, seen for the log and the metrics. Belongs to one event loop. */
final class GrpcExchange {
  private static final String MEDIA_TYPE = "application/grpc";

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
        ? new GrpcExchange()
        : null;
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
