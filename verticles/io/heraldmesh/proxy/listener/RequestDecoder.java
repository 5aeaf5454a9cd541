package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.BoundedHeaders;
import io.heraldmesh.proxy.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Netty's decoder at its strictest, and two things that it lets pass: folded header lines (RFC 9112
 * section 5.2) and bytes in front of a request line other than line ends.
 */
final class RequestDecoder extends HttpRequestDecoder {
  private static final byte LF = '\n';

  private boolean inHead = true;
  private boolean atStart = true;
  private boolean broken;

  RequestDecoder(Limits limits) {
    super(
        BoundedHeaders.in(
            new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.requestLineBytes())
                .setMaxHeaderSize(limits.headerBytes())
                .setMaxChunkSize(64 * 1024)
                .setAllowDuplicateContentLengths(false)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true),
            limits));
  }

  /** Some bytes of a request head are here, but not all. */
  boolean waitsForRestOfHead() {
    return inHead && !atStart;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    if (broken) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (inHead && in.isReadable()) {
      if (atStart && !skipLineEnds(in)) {
        return;
      }
      atStart = false;
      refuseFolding(in);
    }
    int before = out.size();
    super.decode(ctx, in, out);
    if (out.size() > before && out.get(out.size() - 1) instanceof LastHttpContent) {
      inHead = true;
      atStart = true;
    }
  }

  /** Netty asks this once, when a head is complete. */
  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage message) {
    inHead = false;
    return super.isContentAlwaysEmpty(message);
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
  }

  /** True when a request line begins. */
  private boolean skipLineEnds(ByteBuf in) {
    while (in.isReadable()) {
      byte first = in.getByte(in.readerIndex());
      if (first != '\r' && first != LF) {
        if (first < 'A' || first > 'Z') {
          refuse(in, "a request line must begin with a method");
        }
        return true;
      }
      in.skipBytes(1);
    }
    return false;
  }

  /** Looks at every line of the head that is here; lines already taken off are not seen again. */
  private void refuseFolding(ByteBuf in) {
    int at = in.readerIndex();
    int end = in.writerIndex();
    while (at < end) {
      byte first = in.getByte(at);
      if (first == ' ' || first == '\t') {
        refuse(in, "a folded header line");
      }
      if (first == '\r' || first == LF) {
        return;
      }
      int lf = in.indexOf(at, end, LF);
      if (lf < 0) {
        return;
      }
      at = lf + 1;
    }
  }

  private void refuse(ByteBuf in, String what) {
    broken = true;
    in.skipBytes(in.readableBytes());
    throw new DecoderException(what);
  }
}
