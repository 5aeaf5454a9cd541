package io.heraldmesh.tls;

import java.util.List;

/** What the client side wants to speak inside mesh TLS. */
public enum MeshProtocol {
  HTTP1,
  HTTP2,
  /** Requests of HTTP/1.1 clients, which share a connection where the server takes HTTP/2. */
  SHARED,
  TCP;

  /** The ALPN names that say so, in the order of preference. */
  List<String> offered() {
    return switch (this) {
      case HTTP1 -> List.of("istio", "istio-http/1.1", "http/1.1");
      case SHARED -> List.of("istio", "istio-h2", "h2", "istio-http/1.1", "http/1.1");
      case HTTP2 -> List.of("istio", "istio-h2", "h2");
      case TCP -> List.of("istio");
    };
  }
}
