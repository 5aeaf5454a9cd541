package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.HeaderField;
import io.heraldmesh.policy.HopByHop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one request head that matter to a proxy, found in one pass, and whether they make a
 * message that everybody reads alike (RFC 9112 sections 3.2, 5 and 6).
 */
final class RequestFields {
  private final List<String> drop = new ArrayList<>(2);
  private @Nullable String host;
  private @Nullable String contentLength;
  private @Nullable String transferEncoding;
  private @Nullable List<String> connection;
  private @Nullable String requestId;
  private List<String> forwardedFor = List.of();
  private boolean expect;
  private boolean trailers;
  private @Nullable String upgrade;
  private @Nullable String violation;

  /** Reads the fields of {@code request}; {@link #violation} says whether they can be used. */
  static RequestFields of(HttpRequest request, int most) {
    RequestFields fields = new RequestFields();
    fields.read(request.headers(), most);
    if (fields.violation == null) {
      fields.violation = fields.framing(request);
    }
    return fields;
  }

  /** What is wrong with the request; null when nothing is. */
  @Nullable String violation() {
    return violation;
  }

  /** Null when the request has none. */
  @Nullable String host() {
    return host;
  }

  @Nullable String requestId() {
    return requestId;
  }

  /** Values of X-Forwarded-For, in order; not of what only looks like it. */
  List<String> forwardedFor() {
    return forwardedFor;
  }

  boolean hasBody() {
    return transferEncoding != null || contentLength != null && !contentLength.equals("0");
  }

  boolean expectsContinue() {
    return expect;
  }

  /** The client reads trailers ({@code TE: trailers}), as gRPC must say. */
  boolean acceptsTrailers() {
    return trailers;
  }

  /** What it would like to go on as; null: as it is. */
  @Nullable String upgrade() {
    return upgrade;
  }

  /**
   * The client would like to go on as a WebSocket (RFC 6455 section 4.1). No other upgrade is ever
   * passed on: what is spoken after it could not be seen.
   */
  boolean asksForWebSocket() {
    return upgrade != null && upgrade.equalsIgnoreCase("websocket") && names("upgrade") && !close();
  }

  /** {@code Connection: close} is there. */
  boolean close() {
    return connection != null && names("close");
  }

  boolean keepAlive() {
    return connection != null && names("keep-alive");
  }

  /** Takes off what is not for the next hop or was not the client's to say. */
  void strip(HttpHeaders headers) {
    for (int i = 0; i < drop.size(); i++) {
      headers.remove(drop.get(i));
    }
    if (connection != null) {
      HopByHop.listed(connection, headers::remove);
    }
  }

  private boolean names(String option) {
    if (connection != null) {
      for (String value : connection) {
        for (String named : value.split(",", -1)) {
          if (named.trim().equalsIgnoreCase(option)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private void read(HttpHeaders headers, int most) {
    Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
    int count = 0;
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> entry = all.next();
      if (++count > most) {
        violation = "more than " + most + " header fields";
        return;
      }
      CharSequence name = entry.getKey();
      switch (HeaderField.of(name)) {
        case HOST -> host = once("Host", host, entry);
        case CONTENT_LENGTH -> contentLength = once("Content-Length", contentLength, entry);
        case TRANSFER_ENCODING ->
            transferEncoding = once("Transfer-Encoding", transferEncoding, entry);
        case CONNECTION -> {
          if (connection == null) {
            connection = new ArrayList<>(1);
          }
          connection.add(entry.getValue().toString());
          drop.add(name.toString());
        }
        case EXPECT -> {
          expect = entry.getValue().toString().equalsIgnoreCase("100-continue");
          if (!expect) {
            violation = "an Expect that is not 100-continue";
          }
        }
        case TE -> {
          trailers |= entry.getValue().toString().contains("trailers");
          drop.add(name.toString());
        }
        case UPGRADE -> {
          upgrade = upgrade == null ? entry.getValue().toString() : "several";
          drop.add(name.toString());
        }
        case OWNED -> {
          drop.add(name.toString());
          if (name.toString().equalsIgnoreCase("x-forwarded-for")) {
            forwardedFor = forwardedFor.isEmpty() ? new ArrayList<>(1) : forwardedFor;
            forwardedFor.add(entry.getValue().toString());
          }
        }
        case HOP_BY_HOP -> drop.add(name.toString());
        case REQUEST_ID -> requestId = entry.getValue().toString();
        case OTHER -> {}
      }
    }
  }

  private String once(
      String what, @Nullable String before, Map.Entry<CharSequence, CharSequence> entry) {
    if (before != null) {
      violation = "several " + what;
    } else if (!what.equalsIgnoreCase(entry.getKey().toString())) {
      violation = what + " written with another mark than '-'";
    }
    return entry.getValue().toString();
  }

  private @Nullable String framing(HttpRequest request) {
    HttpVersion version = request.protocolVersion();
    boolean old = version.equals(HttpVersion.HTTP_1_0);
    if (!old && !version.equals(HttpVersion.HTTP_1_1)) {
      return "HTTP version " + version;
    }
    if (host == null && !old) {
      return "no Host";
    }
    if (transferEncoding != null) {
      if (contentLength != null) {
        return "both Content-Length and Transfer-Encoding";
      }
      if (old) {
        return "Transfer-Encoding in HTTP/1.0";
      }
      if (!transferEncoding.equalsIgnoreCase("chunked")) {
        return "a Transfer-Encoding that is not chunked";
      }
    }
    if (contentLength != null && !isLength(contentLength)) {
      return "a Content-Length that is no number";
    }
    if (request.method().name().equals("TRACE")
        && (transferEncoding != null || contentLength != null)) {
      return "TRACE with a body";
    }
    return null;
  }

  private static boolean isLength(String text) {
    if (text.isEmpty() || text.length() > 18) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }
}
