package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Header;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;

/** Responses that the proxy itself gives. */
final class LocalAnswer {
  private LocalAnswer() {}

  /**
   * @param body plain text
   * @param last the connection ends with it
   */
  static FullHttpResponse of(
      ByteBufAllocator allocator, int status, String body, List<Header> headers, boolean last) {
    ByteBuf content = ByteBufUtil.writeUtf8(allocator, body);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), content);
    HttpHeaders fields = response.headers();
    fields.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_PLAIN);
    fields.set(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
    headers.forEach(header -> fields.add(header.name(), header.value()));
    if (last) {
      fields.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    return response;
  }

  /** The same for a gRPC client: a response of trailers only, whose HTTP status says nothing. */
  static FullHttpResponse grpc(
      ByteBufAllocator allocator, int status, String body, List<Header> headers) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.OK, allocator.buffer(0, 0));
    HttpHeaders fields = response.headers();
    fields.set(HttpHeaderNames.CONTENT_TYPE, "application/grpc");
    fields.set("grpc-status", GrpcStatus.of(status));
    fields.set("grpc-message", GrpcStatus.message(body));
    headers.forEach(header -> fields.add(header.name(), header.value()));
    return response;
  }

  /**
   * @param word of ours, safe to show: it tells the caller's owner where to look
   */
  static String text(int status, String word) {
    return switch (status) {
      case 400 -> "bad request";
      case 403 -> "RBAC: access denied";
      case 408 -> "request timeout";
      case 431 -> "request header fields too large";
      case 502 -> "bad response from upstream";
      case 504 -> "upstream request timeout";
      default -> "upstream connect error or disconnect: " + word;
    };
  }
}
