package io.heraldmesh.proxy.http2;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Headers.PseudoHeaderName;
import io.netty.handler.codec.http2.HttpConversionUtil.ExtensionHeaderNames;
import io.netty.util.AsciiString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Copies the fields of an HTTP/2 block, whose names are in lower case, to HTTP/1.1's. */
final class Fields {
  /** Names of this codec's own; nobody else may use them. */
  private static final String OWN = "x-http2-";

  private Fields() {}

  /**
   * Copies a head; several {@code cookie} become one (RFC 9113 section 8.2.3).
   *
   * @throws Messages.Malformed for pseudo headers that do not belong there, a {@code host} that is
   *     not the authority (section 8.3.1), and in requests for values with white space at their end
   *     (section 8.2.1); the decoder has looked at their beginning
   */
  static void copy(Http2Headers from, HttpHeaders to, boolean request) throws Messages.Malformed {
    CharSequence host = null;
    StringBuilder cookies = null;
    for (Map.Entry<CharSequence, CharSequence> field : from) {
      CharSequence name = field.getKey();
      CharSequence value = field.getValue();
      if (request && endsWithSpace(value)) {
        throw new Messages.Malformed("a value that ends with white space");
      }
      if (name.length() == 0 || name.charAt(0) == ':') {
        host = pseudo(name, value, request, to, host);
      } else if (HttpHeaderNames.HOST.contentEquals(name)) {
        host = host(value, to, host);
      } else if (HttpHeaderNames.COOKIE.contentEquals(name)) {
        cookies = cookies == null ? new StringBuilder() : cookies.append("; ");
        cookies.append(value);
      } else if (!ofThisHop(name)) {
        to.add(name, value);
      }
    }
    if (cookies != null) {
      to.add(HttpHeaderNames.COOKIE, cookies.toString());
    }
  }

  /** Copies what follows a body. */
  static void copyTrailers(Http2Headers from, HttpHeaders to) throws Messages.Malformed {
    for (Map.Entry<CharSequence, CharSequence> field : from) {
      CharSequence name = field.getKey();
      if (name.length() == 0 || name.charAt(0) == ':') {
        throw new Messages.Malformed("a pseudo header behind the body");
      }
      if (!isOwn(name) && !isFraming(name)) {
        to.add(name, field.getValue());
      }
    }
  }

  /** RFC 9110 section 6.5.1: these say nothing where a body is over. */
  private static boolean isFraming(CharSequence name) {
    return HttpHeaderNames.CONTENT_LENGTH.contentEquals(name)
        || HttpHeaderNames.TRANSFER_ENCODING.contentEquals(name)
        || HttpHeaderNames.TRAILER.contentEquals(name);
  }

  private static boolean endsWithSpace(CharSequence value) {
    char last = value.isEmpty() ? 'x' : value.charAt(value.length() - 1);
    return last == ' ' || last == '\t';
  }

  private static @Nullable CharSequence pseudo(
      CharSequence name,
      CharSequence value,
      boolean request,
      HttpHeaders to,
      @Nullable CharSequence host)
      throws Messages.Malformed {
    if (!request) {
      if (!PseudoHeaderName.STATUS.value().contentEquals(name)) {
        throw new Messages.Malformed("a pseudo header that responses do not have");
      }
      return host;
    }
    if (PseudoHeaderName.AUTHORITY.value().contentEquals(name)) {
      return host(value, to, host);
    }
    if (PseudoHeaderName.SCHEME.value().contentEquals(name)) {
      to.add(ExtensionHeaderNames.SCHEME.text(), value);
    } else if (!PseudoHeaderName.isPseudoHeader(name)
        || PseudoHeaderName.PROTOCOL.value().contentEquals(name)) {
      // extended CONNECT (RFC 8441) is not offered
      throw new Messages.Malformed("an unknown pseudo header");
    }
    return host;
  }

  private static CharSequence host(
      CharSequence value, HttpHeaders to, @Nullable CharSequence before) throws Messages.Malformed {
    if (before == null) {
      to.add(HttpHeaderNames.HOST, value);
    } else if (!AsciiString.contentEqualsIgnoreCase(before, value)) {
      throw new Messages.Malformed("a host that is not the authority");
    }
    return value;
  }

  /** What only HTTP/1.1 has, and this codec's own. */
  private static boolean ofThisHop(CharSequence name) {
    return switch (name.length()) {
      case 7 -> HttpHeaderNames.TRAILER.contentEquals(name);
      case 10 -> HttpHeaderNames.CONNECTION.contentEquals(name);
      case 17 -> HttpHeaderNames.TRANSFER_ENCODING.contentEquals(name);
      default -> isOwn(name);
    };
  }

  private static boolean isOwn(CharSequence name) {
    return AsciiString.regionMatches(name, false, 0, OWN, 0, OWN.length());
  }
}
