package io.heraldmesh.policy;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The fields that {@code Connection} says are for this hop only (RFC 9110 section 7.6.1). */
public final class HopByHop {
  /**
   * Meant for whoever is last, and by that section never to be listed: a message that lists them
   * would reach the other side without who sent it, how long it is, what it contains or which trace
   * it belongs to.
   */
  private static final Set<String> TO_THE_END =
      Set.of(
          "authorization",
          "b3",
          "baggage",
          "cache-control",
          "content-encoding",
          "content-length",
          "content-range",
          "content-type",
          "cookie",
          "grpc-message",
          "grpc-status",
          "grpc-timeout",
          "host",
          "location",
          "origin",
          "set-cookie",
          "traceparent",
          "tracestate",
          "transfer-encoding",
          "vary",
          "www-authenticate",
          "x-b3-flags",
          "x-b3-parentspanid",
          "x-b3-sampled",
          "x-b3-spanid",
          "x-b3-traceid",
          "x-request-id");

  private HopByHop() {}

  /**
   * Names them, as they are listed, but not those that are for everybody.
   *
   * @param connection values of {@code Connection}
   */
  public static void listed(List<String> connection, Consumer<String> each) {
    for (int i = 0; i < connection.size(); i++) {
      if (connection.get(i).equalsIgnoreCase("keep-alive")) {
        // what most say; a field of that name never goes on anyway
        continue;
      }
      for (String listed : connection.get(i).split(",", -1)) {
        String name = listed.trim();
        if (!name.isEmpty() && !TO_THE_END.contains(HeaderField.canonical(name))) {
          each.accept(name);
        }
      }
    }
  }
}
