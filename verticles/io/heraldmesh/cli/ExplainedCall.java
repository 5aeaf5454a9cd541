package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.node.UsageException;
import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.RequestHead;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A call as a line of a batch tells it. {@code labels}, {@code headers}, {@code sni}, {@code token}
 * and {@code principal} may be left out, which says that there is none; all else must be there.
 */
final class ExplainedCall {
  private ExplainedCall() {}

  static Connection connection(JsonNode line) {
    JsonNode source = object(line, "source", Set.of("principal", "ip", "remoteIp"));
    Connection.Tls tls =
        switch (BatchFile.text(line, "tls")) {
          case "mutual" -> Connection.Tls.MUTUAL;
          case "simple" -> Connection.Tls.SIMPLE;
          case "none" -> Connection.Tls.NONE;
          default -> throw new UsageException("tls is not one of mutual, simple, none");
        };
    String principal = textOrNull(source, "principal");
    if ((tls == Connection.Tls.MUTUAL) != (principal != null)) {
      throw new UsageException("source.principal is given exactly when tls is mutual");
    }
    return new Connection(
        tls,
        principal == null ? null : identity(principal),
        address(source, "ip"),
        address(source, "remoteIp"),
        address(line, "destinationIp"),
        port(line),
        textOrNull(line, "sni"));
  }

  /** Null for a TCP connection. */
  static @Nullable RequestHead request(JsonNode line) {
    String protocol = BatchFile.text(line, "protocol");
    String token = textOrNull(line, "token");
    if (protocol.equals("tcp")) {
      if (token != null || !line.path("request").isMissingNode() && !line.get("request").isNull()) {
        throw new UsageException("request and token do not go with protocol tcp");
      }
      return null;
    }
    if (!protocol.equals("http")) {
      throw new UsageException("protocol is not one of http, tcp");
    }
    JsonNode request = object(line, "request", Set.of("method", "path", "host", "headers"));
    String host = BatchFile.text(request, "host");
    List<Map.Entry<String, String>> headers = ExplainedHeaders.of(request.path("headers"), host);
    if (token != null) {
      headers.add(Map.entry("authorization", "Bearer " + token));
    }
    return new ExplainedHead(
        BatchFile.text(request, "method"),
        BatchFile.text(request, "path"),
        host,
        BatchFile.text(line, "tls").equals("simple") ? "https" : "http",
        List.copyOf(headers));
  }

  /** An object that must be there and has no other fields than these. */
  static JsonNode object(JsonNode line, String field, Set<String> fields) {
    JsonNode value = line.get(field);
    if (value == null || !value.isObject()) {
      throw new UsageException(field + (value == null ? " is missing" : " is not an object"));
    }
    for (Map.Entry<String, JsonNode> entry : value.properties()) {
      if (!fields.contains(entry.getKey())) {
        throw new UsageException("field " + field + "." + entry.getKey() + " is unknown");
      }
    }
    return value;
  }

  private static @Nullable String textOrNull(JsonNode object, String field) {
    JsonNode value = object.get(field);
    return value == null || value.isNull() ? null : BatchFile.text(object, field);
  }

  private static SpiffeId identity(String principal) {
    try {
      return SpiffeId.parse("spiffe://" + principal);
    } catch (InvalidIdentity e) {
      throw new UsageException("source.principal is not <trust domain>/…: " + e.getMessage());
    }
  }

  /** A zone id means something on one machine only, and is dropped. */
  private static InetAddress address(JsonNode object, String field) {
    try {
      String text = BatchFile.text(object, field);
      int zone = text.indexOf(':') < 0 ? -1 : text.indexOf('%');
      return InetAddress.ofLiteral(zone < 0 ? text : text.substring(0, zone));
    } catch (IllegalArgumentException e) {
      throw new UsageException(field + " is not an IP address");
    }
  }

  private static int port(JsonNode line) {
    JsonNode port = line.get("port");
    if (port == null || !port.isInt() || port.asInt() < 1 || port.asInt() > 65535) {
      throw new UsageException("port is " + (port == null ? "missing" : "not 1 to 65535"));
    }
    return port.asInt();
  }
}
