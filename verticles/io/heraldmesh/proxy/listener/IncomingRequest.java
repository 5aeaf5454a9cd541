package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Header;
import io.heraldmesh.policy.HeaderField;
import io.heraldmesh.policy.RequestHead;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.Limits;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.AsciiString;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request head that every reader understands alike, stripped of what was not the client's to say.
 * Policies see it in this form, and in this form it goes on.
 */
final class IncomingRequest {
  private static final String HTTP = "http";
  private static final String REQUEST_ID = "x-request-id";
  private static final AsciiString REQUEST_ID_NAME = AsciiString.cached(REQUEST_ID);
  private static final Map<String, List<String>> NO_REQUEST_ID = Map.of(REQUEST_ID, List.of());

  private final HttpRequest request;
  private final RequestFields fields;
  private final HttpHead head;
  private final @Nullable String named;
  private final @Nullable Authority authority;
  private final String requestId;
  private final boolean old;
  private Map<String, List<String>> before = Map.of();

  /** A head that cannot be used. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    Malformed(int status, String what) {
      // nothing reads the stack, and a flood of bad requests should cost little
      super(what, null, false, false);
      this.status = status;
    }

    int status() {
      return status;
    }
  }

  private IncomingRequest(
      HttpRequest request,
      RequestFields fields,
      HttpHead head,
      @Nullable String named,
      @Nullable Authority authority) {
    this.request = request;
    this.fields = fields;
    this.head = head;
    this.named = named;
    this.authority = authority;
    String said = fields.requestId();
    this.requestId = said == null ? RequestId.next() : said;
    this.old = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
  }

  /**
   * @param http2 the client spoke HTTP/2, whose scheme the codec has put into a header
   */
  static IncomingRequest read(HttpRequest request, Gate gate, Limits limits, boolean http2)
      throws Malformed {
    if (request.decoderResult().isFailure()) {
      throw unreadable(request.decoderResult().cause());
    }
    int added = gate.origin().mutualTls() ? Limits.ADDED_FIELDS : 0;
    RequestFields fields = RequestFields.of(request, limits.headerCount() + added);
    String violation = fields.violation();
    if (violation != null) {
      throw new Malformed(status(violation), violation);
    }
    String scheme = http2 ? scheme(request, gate) : HTTP;
    RequestTarget target = RequestTarget.parse(request.method().name(), request.uri());
    if (target == null || !gate.allows(target.form())) {
      throw new Malformed(400, "a request target of a form that is not allowed here");
    }
    String named = target.authority() != null ? target.authority() : fields.host();
    Authority authority = named == null ? null : Authority.parse(named);
    if (named != null && authority == null) {
      throw new Malformed(400, "a Host that is no host name");
    }
    fields.strip(request.headers());
    HttpHead head =
        new HttpHead(
            request,
            target.origin(),
            named == null ? "" : named,
            scheme,
            fields.forwardedFor(),
            fields.upgrade());
    return new IncomingRequest(request, fields, head, named, authority);
  }

  HttpRequest request() {
    return request;
  }

  HttpHead head() {
    return head;
  }

  boolean isConnect() {
    return head.method().equals("CONNECT");
  }

  /** Host as the client wrote it; null in HTTP/1.0 without one. */
  @Nullable String named() {
    return named;
  }

  @Nullable Authority authority() {
    return authority;
  }

  /** The client's own, or else one that was made for it and goes on with it. */
  String requestId() {
    return requestId;
  }

  @Nullable String userAgent() {
    return request.headers().get(HttpHeaderNames.USER_AGENT);
  }

  boolean expectsContinue() {
    return fields.expectsContinue();
  }

  boolean isHead() {
    return head.method().equals("HEAD");
  }

  /** A body follows, or may. */
  boolean hasBody() {
    return fields.hasBody();
  }

  /** HTTP/1.0. */
  boolean old() {
    return old;
  }

  /** The client wants the connection to end with the response. */
  boolean last() {
    return fields.close() || old;
  }

  /** The head as policy saw it, also after {@link #rewrite}. */
  RequestHead asDecided() {
    return new DecidedHead(head, before);
  }

  /** Names, in lower case, of the headers that {@link #rewrite} set or took off. */
  Set<String> rewritten() {
    return before.keySet();
  }

  /** An HTTP/1.1 request to go on as a WebSocket. */
  boolean asksForWebSocket() {
    return fields.asksForWebSocket() && !old && !hasBody() && head.method().equals("GET");
  }

  /**
   * Makes of it what the decision and the gate say, to be sent on.
   *
   * @param called whose name stands for the one that HTTP/1.0 may leave out (RFC 9112 section 3.2)
   * @param upgrade it goes on as a request for a WebSocket
   */
  void rewrite(Decision.Allowed decision, Gate gate, HostPort called, boolean upgrade) {
    HttpHeaders headers = request.headers();
    remember(decision, headers);
    String target = decision.target();
    if (target != null) {
      request.setUri(target);
    }
    if (named == null) {
      headers.set(HttpHeaderNames.HOST, called.toString());
    } else if (!named.equals(fields.host())) {
      headers.set(HttpHeaderNames.HOST, named);
    }
    request.setProtocolVersion(HttpVersion.HTTP_1_1);
    if (fields.acceptsTrailers()) {
      headers.set(HttpHeaderNames.TE, "trailers");
    }
    if (!decision.remove().isEmpty() || !decision.set().isEmpty()) {
      before.keySet().forEach(headers::remove);
    }
    if (fields.requestId() == null) {
      headers.set(REQUEST_ID_NAME, requestId);
    }
    List<Header> set = decision.set();
    for (int i = 0; i < set.size(); i++) {
      headers.set(set.get(i).name(), set.get(i).value());
    }
    if (upgrade) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
      headers.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    }
    gate.mark(headers, fields.forwardedFor());
  }

  /** Keeps what the decision changes; most change nothing. */
  private void remember(Decision.Allowed decision, HttpHeaders headers) {
    boolean addsId = fields.requestId() == null;
    if (named != null && decision.remove().isEmpty() && decision.set().isEmpty()) {
      before = addsId ? NO_REQUEST_ID : Map.of();
      return;
    }
    Map<String, List<String>> changed = new HashMap<>();
    for (String name : decided(decision)) {
      changed.put(name, headers.getAll(name));
    }
    for (String name : lookalikes(changed.keySet(), headers)) {
      changed.put(name, headers.getAll(name));
    }
    if (addsId) {
      changed.put(REQUEST_ID, List.of());
    }
    if (named == null) {
      changed.put("host", List.of());
    }
    before = changed;
  }

  /** Names of the headers that a decision sets or takes off, in lower case. */
  private static Set<String> decided(Decision.Allowed decision) {
    Set<String> names = new HashSet<>(decision.remove());
    decision.set().forEach(header -> names.add(header.name().toLowerCase(Locale.ROOT)));
    return names;
  }

  /** Headers that some services cannot tell from one of {@code names}. */
  private static Set<String> lookalikes(Set<String> names, HttpHeaders headers) {
    Set<String> alike = new HashSet<>();
    boolean odd = names.stream().anyMatch(HeaderField::isOdd);
    for (Map.Entry<String, String> field : headers) {
      if ((odd || HeaderField.isOdd(field.getKey()))
          && hasLike(names, HeaderField.canonical(field.getKey()))) {
        alike.add(field.getKey().toLowerCase(Locale.ROOT));
      }
    }
    alike.removeAll(names);
    return alike;
  }

  private static boolean hasLike(Set<String> names, String plain) {
    for (String name : names) {
      if (HeaderField.canonical(name).equals(plain)) {
        return true;
      }
    }
    return false;
  }

  /** As the client used it: within the mesh it spoke plain HTTP, to its own proxy. */
  private static String scheme(HttpRequest request, Gate gate) throws Malformed {
    String given = request.headers().get("x-http2-scheme");
    String scheme = given == null ? HTTP : given.toLowerCase(Locale.ROOT);
    if (!scheme.equals(HTTP) && !scheme.equals("https")) {
      throw new Malformed(400, "a scheme that is neither http nor https");
    }
    return gate.origin().mutualTls() ? HTTP : scheme;
  }

  private static int status(String violation) {
    if (violation.startsWith("more than ")) {
      return 431;
    }
    return violation.startsWith("HTTP ") ? 505 : violation.startsWith("an Expect ") ? 417 : 400;
  }

  private static Malformed unreadable(@Nullable Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return new Malformed(414, "the request line is too long");
    }
    if (cause instanceof TooLongHttpHeaderException || cause instanceof TooLongFrameException) {
      return new Malformed(431, "the header is too long");
    }
    return new Malformed(400, "the request is not well formed");
  }
}
