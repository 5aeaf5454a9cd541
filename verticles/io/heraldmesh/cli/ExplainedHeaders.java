package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.node.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code request.headers} of a line of a batch. What no proxy would get to see as a header is an
 * error: a name or a value that cannot stand in a request, and a second host.
 */
final class ExplainedHeaders {
  private ExplainedHeaders() {}

  /**
   * @param host of the request, which a header {@code host} may only repeat
   */
  static List<Map.Entry<String, String>> of(JsonNode list, String host) {
    if (!list.isMissingNode() && !list.isArray()) {
      throw new UsageException("request.headers is not a list");
    }
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    for (JsonNode header : list) {
      if (!header.isArray()
          || header.size() != 2
          || !header.get(0).isTextual()
          || !header.get(1).isTextual()) {
        throw new UsageException("request.headers holds something else than [name, value]");
      }
      headers.add(checked(header.get(0).asText(), header.get(1).asText(), host));
    }
    return headers;
  }

  private static Map.Entry<String, String> checked(String name, String value, String host) {
    if (name.startsWith(":")) {
      throw new UsageException(
          "request.headers names a pseudo header; method, path and host have fields of their own");
    }
    if (name.isEmpty() || name.chars().anyMatch(ExplainedHeaders::isNoPartOfAName)) {
      throw new UsageException("request.headers has a name that is empty or holds white space");
    }
    if (value.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
      throw new UsageException("request.headers has a value with CR, LF or NUL");
    }
    if (name.equalsIgnoreCase("host") && !value.strip().equalsIgnoreCase(host)) {
      throw new UsageException("request.headers has another host than request.host");
    }
    return Map.entry(name, value);
  }

  private static boolean isNoPartOfAName(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.isISOControl(c);
  }
}
