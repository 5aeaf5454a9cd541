package io.heraldmesh.proxy.upstream;

import io.heraldmesh.proxy.BoundedHeaders;
import io.heraldmesh.proxy.Limits;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;

/** Reads responses; knows from the request whether a body follows (RFC 9112 section 6.3). */
final class ResponseDecoder extends HttpResponseDecoder {
  private final Http1Upstream stream;

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
