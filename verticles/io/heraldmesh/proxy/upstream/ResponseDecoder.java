package io.heraldmesh.proxy.upstream;

import io.heraldmesh.proxy.BoundedHeaders;
import io.heraldmesh.proxy.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Reads responses; knows from the request whether a body follows (RFC 9112 section 6.3), and
 * whether anything has come that is not part of a whole one.
 */
final class ResponseDecoder extends HttpResponseDecoder {
  private final Http1Upstream stream;
  private boolean begun;

  ResponseDecoder(Limits limits, Http1Upstream stream) {
    super(
        BoundedHeaders.in(
            new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.requestLineBytes())
                .setMaxHeaderSize(limits.headerBytes())
                .setMaxChunkSize(64 * 1024)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true),
            limits));
    this.stream = stream;
  }

  /**
   * Something has come since the last response that was whole: the beginning of another one, or
   * bytes that are none. What was read of it is gone, so nothing may be asked on this connection.
   */
  boolean begun() {
    return begun || actualReadableBytes() > 0;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    int before = out.size();
    int from = in.readerIndex();
    super.decode(ctx, in, out);
    if (out.size() > before && out.get(out.size() - 1) instanceof LastHttpContent) {
      begun = false;
    } else if (out.size() > before || in.readerIndex() > from) {
      begun = true;
    }
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage message) {
    if (message instanceof HttpResponse response) {
      int status = response.status().code();
      // Netty would read a body of a drafted protocol after some 101s
      if (status == 101 || status >= 200 && stream.expectsNoBody()) {
        return true;
      }
    }
    return super.isContentAlwaysEmpty(message);
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
  }
}
