package io.heraldmesh.policy;

/** What a port speaks, by its name or {@code appProtocol}; {@code AUTO} means: look. */
public enum Protocol {
  AUTO,
  HTTP,
  HTTP2,
  TCP;

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
