package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.RequestHead;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request as policies see it. */
final class HttpHead implements RequestHead {
  private final HttpRequest request;
  private final String target;
  private final String authority;
  private final String scheme;
  private final List<String> forwardedFor;
  private final @Nullable String upgrade;

  /**
   * @param upgrade as the client sent it; it is off the request, and may be set on it again
   */
  HttpHead(
      HttpRequest request,
      String target,
      String authority,
      String scheme,
      List<String> forwardedFor,
      @Nullable String upgrade) {
    this.request = request;
    this.target = target;
    this.authority = authority;
    this.scheme = scheme;
    this.forwardedFor = forwardedFor;
    this.upgrade = upgrade;
  }

  @Override
  public String method() {
    return request.method().name();
  }

  @Override
  public String target() {
    return target;
  }

  @Override
  public String authority() {
    return authority;
  }

  @Override
  public String scheme() {
    return scheme;
  }

  @Override
  public List<String> forwardedFor() {
    return forwardedFor;
  }

  @Override
  public List<String> values(String name) {
    return upgrade != null && HttpHeaderNames.UPGRADE.contentEqualsIgnoreCase(name)
        ? List.of(upgrade)
        : request.headers().getAll(name);
  }

  @Override
  public Iterable<Map.Entry<String, String>> fields() {
    return request.headers();
  }
}
