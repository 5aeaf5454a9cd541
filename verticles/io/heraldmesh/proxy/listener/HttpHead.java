package io.heraldmesh.proxy.listener;

import io.heraldmesh.policy.RequestHead;
import io.netty.handler.codec.http.HttpRequest;
import java.util.List;
import java.util.Map;

/** A request as policies see it. */
final class HttpHead implements RequestHead {
  private final HttpRequest request;
  private final String target;
  private final String authority;
  private final String scheme;
  private final List<String> forwardedFor;

  HttpHead(
      HttpRequest request,
      String target,
      String authority,
      String scheme,
      List<String> forwardedFor) {
    this.request = request;
    this.target = target;
    this.authority = authority;
    this.scheme = scheme;
    this.forwardedFor = forwardedFor;
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
    return request.headers().getAll(name);
  }

  @Override
  public Iterable<Map.Entry<String, String>> fields() {
    return request.headers();
  }
}
