package io.heraldmesh.policy;

import java.util.Set;

/** What a port speaks, by its name or {@code appProtocol}; {@code AUTO} means: look. */
public enum Protocol {
  AUTO,
  HTTP,
  HTTP2,
  TCP;

  /** Ports on which servers speak first, so that there is nothing to look at. */
  private static final Set<Integer> SERVER_FIRST = Set.of(25, 53, 3306, 27017);

  /**
   * Of a port that nobody said anything about: by its number. Source: Istio, protocol selection.
   */
  public static Protocol ofPort(int port) {
    return SERVER_FIRST.contains(port) ? TCP : AUTO;
  }

  /** From a port name or appProtocol such as {@code http-web}, {@code grpc}, {@code tcp-db}. */
  public static Protocol named(String name) {
    int dash = name.indexOf('-');
    return switch (dash < 0 ? name : name.substring(0, dash)) {
      case "http" -> HTTP;
      case "http2", "grpc" -> HTTP2;
      case "tcp", "tls", "https", "mongo", "mysql", "redis" -> TCP;
      default -> AUTO;
    };
  }
}
