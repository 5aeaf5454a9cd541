package io.heraldmesh.proxy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.TooLongHttpHeaderException;

/**
 * Header fields of a message that is being read, and not without end: 64 KiB of fields of five
 * octets each would take 1.5 MB as objects before anybody could count them. Some more than the
 * limit are let through, for whoever answers to see that there are too many, and for those that the
 * proxy adds.
 */
public final class BoundedHeaders extends DefaultHttpHeaders {
  /** Fields that there is room for at first, as Netty has it. */
  private static final int MESSAGE = 16;

  private static final int TRAILER = 2;

  private final int most;

  private BoundedHeaders(DefaultHttpHeadersFactory like, int sizeHint, int most) {
    super(like.getNameValidator(), like.getValueValidator(), sizeHint);
    this.most = most;
  }

  /** Has a decoder read headers and trailers into bounded ones. */
  public static HttpDecoderConfig in(HttpDecoderConfig config, Limits limits) {
    return config
        .setHeadersFactory(
            factory(DefaultHttpHeadersFactory.headersFactory(), limits.headerCount()))
        .setTrailersFactory(
            factory(DefaultHttpHeadersFactory.trailersFactory(), limits.headerCount()));
  }

  private static HttpHeadersFactory factory(DefaultHttpHeadersFactory like, int count) {
    int most = count * 2;
    return new HttpHeadersFactory() {
      @Override
      public HttpHeaders newHeaders() {
        return new BoundedHeaders(like, MESSAGE, most);
      }

      @Override
      public HttpHeaders newEmptyHeaders() {
        return new BoundedHeaders(like, TRAILER, most);
      }
    };
  }

  @Override
  public HttpHeaders add(CharSequence name, Object value) {
    if (size() >= most) {
      throw new TooLongHttpHeaderException("more than " + most + " header fields");
    }
    return super.add(name, value);
  }
}
