package io.heraldmesh.proxy.listener;

import io.heraldmesh.proxy.BoundedHeaders;
import io.heraldmesh.proxy.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Netty's decoder at its strictest, and what it lets pass nevertheless: request lines with any
 * white space but one space twice, or with a version in other letters (RFC 9112 sections 2.3 and
 * 3), bytes in front of them other than line ends, folded header lines (section 5.2), and chunk
 * extensions without end (section 7.1.1). While a request waits for its turn, nothing behind it is
 * read: bytes take far less room than what is made of them.
 */
final class RequestDecoder extends HttpRequestDecoder {
  private static final byte CR = '\r';
  private static final byte LF = '\n';

  /** How a request line ends; a zero stands for any digit. */
  private static final byte[] VERSION = " HTTP/0.0".getBytes(StandardCharsets.US_ASCII);

  /** Octets of size, line ends and a short extension. */
  private static final int PER_CHUNK = 32;

  private final int mostOverhead;
  private final BooleanSupplier busy;
  private @Nullable ChannelHandlerContext context;
  private @Nullable ChannelInputShutdownEvent inputEnd;
  private int overhead;

  /** What a header field takes besides its text. */
  private static final int FIELD = 128;

  private boolean inHead = true;
  private boolean atStart = true;
  private boolean inLine = true;
  private boolean broken;
  private int headOctets;

  /**
   * @param busy while it is true what comes stays here as bytes
   */
  RequestDecoder(Limits limits, BooleanSupplier busy) {
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
    this.mostOverhead = limits.headerBytes();
    this.busy = busy;
  }

  /** What the head that is being read takes as objects, about, in octets. */
  int headSize() {
    return headOctets + actualReadableBytes();
  }

  /** Some bytes of a request head are here, but not all. */
  boolean waitsForRestOfHead() {
    return inHead && !atStart;
  }

  /** Some of what came was not made into a message yet. */
  boolean hasUnread() {
    return actualReadableBytes() > 0;
  }

  /** Goes on with what is here, and with the end of the input when that is behind it. */
  void resume() {
    ChannelHandlerContext ctx = context;
    if (ctx == null || ctx.isRemoved()) {
      return;
    }
    try {
      if (hasUnread()) {
        channelRead(ctx, Unpooled.EMPTY_BUFFER);
        ctx.fireChannelReadComplete();
      }
      ChannelInputShutdownEvent end = inputEnd;
      if (end != null && !(busy.getAsBoolean() && hasUnread())) {
        inputEnd = null;
        super.userEventTriggered(ctx, end);
      }
    } catch (Exception e) {
      ctx.fireExceptionCaught(e);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  /** The codec would drop what waits when the client says that nothing follows. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof ChannelInputShutdownEvent end) {
      inputEnd = end;
      resume();
    } else {
      super.userEventTriggered(ctx, event);
    }
  }

  /** The codec would have more read where nothing came of what is here. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    if (busy.getAsBoolean()) {
      ctx.fireChannelReadComplete();
    } else {
      super.channelReadComplete(ctx);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    if (busy.getAsBoolean()) {
      return;
    }
    if (broken) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (inHead && in.isReadable()) {
      if (atStart && !skipLineEnds(in, out)) {
        return;
      }
      atStart = false;
      String violation = inLine ? checkRequestLine(in) : null;
      if (violation == null && isFolded(in)) {
        violation = "a folded header line";
      }
      if (violation != null) {
        refuse(in, out, violation);
        return;
      }
    }
    int before = out.size();
    int from = in.readerIndex();
    boolean inBody = !inHead;
    super.decode(ctx, in, out);
    if (inHead) {
      headOctets += in.readerIndex() - from;
    }
    if (inBody) {
      boundOverhead(in, in.readerIndex() - from, out, before);
    }
    if (out.size() > before && out.get(out.size() - 1) instanceof LastHttpContent) {
      inHead = true;
      atStart = true;
      inLine = true;
      headOctets = 0;
      overhead = 0;
    }
  }

  /** What is read of a body and is none of it: chunk sizes, extensions, trailers. */
  private void boundOverhead(ByteBuf in, int read, List<Object> out, int before) {
    overhead += read;
    for (int i = before; i < out.size(); i++) {
      if (out.get(i) instanceof HttpContent content) {
        overhead = Math.max(0, overhead - content.content().readableBytes() - PER_CHUNK);
      }
    }
    if (overhead > mostOverhead) {
      broken = true;
      in.skipBytes(in.readableBytes());
      LastHttpContent bad = new DefaultLastHttpContent();
      bad.setDecoderResult(
          DecoderResult.failure(new TooLongFrameException("too long chunk extensions")));
      out.add(bad);
    }
  }

  /** Netty asks this once, when a head is complete. */
  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage message) {
    inHead = false;
    headOctets = 0;
    return super.isContentAlwaysEmpty(message);
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
  }

  /** True when a request line begins. A CR that is the last octet here waits for its LF. */
  private boolean skipLineEnds(ByteBuf in, List<Object> out) {
    while (in.isReadable()) {
      byte first = in.getByte(in.readerIndex());
      if (first == CR) {
        if (in.readableBytes() == 1) {
          return false;
        }
        if (in.getByte(in.readerIndex() + 1) != LF) {
          refuse(in, out, "a CR without LF");
          return false;
        }
      } else if (first != LF) {
        if (first < 'A' || first > 'Z') {
          refuse(in, out, "a request line must begin with a method");
          return false;
        }
        return true;
      }
      in.skipBytes(1);
    }
    return false;
  }

  /**
   * Method, target and version, one space between them (RFC 9112 section 3), once it is whole; what
   * is wrong with it, or null.
   */
  private @Nullable String checkRequestLine(ByteBuf in) {
    int from = in.readerIndex();
    int lf = in.indexOf(from, in.writerIndex(), LF);
    if (lf < 0) {
      return null;
    }
    inLine = false;
    int end = lf > from && in.getByte(lf - 1) == CR ? lf - 1 : lf;
    int spaces = 0;
    for (int at = from; at < end; at++) {
      byte octet = in.getByte(at);
      if (octet == ' ') {
        spaces++;
      } else if (octet >= 0 && octet < ' ' || octet == 0x7f) {
        return "a control character in a request line";
      }
    }
    return spaces == 2 && endsWithVersion(in, from, end)
        ? null
        : "a request line that is not method, target and version";
  }

  /** A space, {@code HTTP/}, and two digits with a dot between them. */
  private static boolean endsWithVersion(ByteBuf in, int from, int end) {
    int at = end - VERSION.length;
    if (at <= from) {
      return false;
    }
    for (int i = 0; i < VERSION.length; i++) {
      byte octet = in.getByte(at + i);
      boolean digit = octet >= '0' && octet <= '9';
      if (VERSION[i] == '0' ? !digit : octet != VERSION[i]) {
        return false;
      }
    }
    return true;
  }

  /** Looks at every line of the head that is here; lines already taken off are not seen again. */
  private boolean isFolded(ByteBuf in) {
    int at = in.readerIndex();
    int end = in.writerIndex();
    while (at < end) {
      byte first = in.getByte(at);
      if (first == ' ' || first == '\t') {
        return true;
      }
      if (first == '\r' || first == LF) {
        return false;
      }
      int lf = in.indexOf(at, end, LF);
      if (lf < 0) {
        return false;
      }
      at = lf + 1;
      headOctets += FIELD;
    }
    return false;
  }

  /**
   * A request that failed stands for the head, so that it is answered after those before it. What
   * follows is not looked at.
   */
  private void refuse(ByteBuf in, List<Object> out, String what) {
    broken = true;
    atStart = true;
    headOctets = 0;
    in.skipBytes(in.readableBytes());
    HttpMessage bad = createInvalidMessage();
    bad.setDecoderResult(DecoderResult.failure(new DecoderException(what)));
    out.add(bad);
  }
}
