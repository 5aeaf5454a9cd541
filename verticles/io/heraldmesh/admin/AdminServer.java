package io.heraldmesh.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The local admin pages. Without credentials there is only the sign-in page and what it is made of;
 * everything else needs an operator token. Being on loopback proves nothing: a request whose Host
 * or Origin is not this server's own name is refused, so that no web page reaches it through a
 * browser.
 */
public final class AdminServer {
  private static final String BEARER = "Bearer ";
  private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "::1", "[::1]");
  private static final Map<String, Page> PAGES =
      Map.of(
          "/", new Page("dashboard.html", "text/html; charset=utf-8"),
          "/dashboard.css", new Page("dashboard.css", "text/css; charset=utf-8"),
          "/dashboard.js", new Page("dashboard.js", "text/javascript; charset=utf-8"));

  private final Vertx vertx;
  private final OperatorTokens tokens;
  private final Supplier<Future<JsonObject>> status;

  /** A file beside this class. */
  private record Page(String file, String type) {

    Buffer read() {
      try (InputStream in = AdminServer.class.getResourceAsStream(file)) {
        if (in == null) {
          throw new IllegalStateException("the jar lacks " + file);
        }
        return Buffer.buffer(in.readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * @param status what {@code /api/status} shows to an operator
   */
  public AdminServer(Vertx vertx, OperatorTokens tokens, Supplier<Future<JsonObject>> status) {
    this.vertx = vertx;
    this.tokens = tokens;
    this.status = status;
  }

  /** Binds; the result knows the actual port. Fails when the address is in use. */
  public Future<HttpServer> listen(SocketAddress address) {
    return vertx
        .createHttpServer(new HttpServerOptions().setIdleTimeout(30).setMaxHeaderSize(16 * 1024))
        .requestHandler(this::answer)
        .listen(address);
  }

  private void answer(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    Page page = PAGES.get(String.valueOf(request.path()));
    response
        .putHeader("cache-control", "no-store")
        .putHeader("x-content-type-options", "nosniff")
        .putHeader("referrer-policy", "no-referrer")
        .putHeader(
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
                + " frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    if (!isOwnName(request) || !isOwnOrigin(request.getHeader("origin"))) {
      response.setStatusCode(403).end("this name is not served here\n");
    } else if (!request.method().equals(HttpMethod.GET)) {
      response.setStatusCode(405).putHeader("allow", "GET").end();
    } else if (page != null) {
      response.putHeader("content-type", page.type()).end(page.read());
    } else {
      operator(request)
          .compose(
              name ->
                  "/api/status".equals(request.path()) ? status.get() : Future.succeededFuture())
          .onComplete(
              json -> {
                if (json == null) {
                  response.setStatusCode(404).end();
                } else {
                  response.putHeader("content-type", "application/json").end(json.toBuffer());
                }
              },
              failure -> refuse(response, failure));
    }
  }

  private Future<String> operator(HttpServerRequest request) {
    String authorization = request.getHeader("authorization");
    // the name of a scheme is in any case (RFC 9110 section 11.1)
    return authorization == null
            || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? Future.failedFuture(new OperatorTokens.RefusedToken())
        : tokens.check(authorization.substring(BEARER.length()));
  }

  private static void refuse(HttpServerResponse response, Throwable failure) {
    if (failure instanceof OperatorTokens.RefusedToken) {
      response.setStatusCode(401).putHeader("www-authenticate", "Bearer realm=\"herald\"").end();
    } else {
      response.setStatusCode(503).end("the status cannot be had right now\n");
    }
  }

  /** One Host and no other name beside it, such as in an absolute target. */
  private static boolean isOwnName(HttpServerRequest request) {
    HostAndPort authority = request.authority();
    return authority != null
        && NAMES.contains(authority.host().toLowerCase(Locale.ROOT))
        && request.headers().getAll(HttpHeaders.HOST).size() <= 1
        && request.uri().startsWith("/");
  }

  private static boolean isOwnOrigin(@Nullable String origin) {
    if (origin == null) {
      return true;
    }
    String host = origin.replaceFirst("^https?://", "").replaceFirst(":\\d+$", "");
    return NAMES.contains(host);
  }
}
