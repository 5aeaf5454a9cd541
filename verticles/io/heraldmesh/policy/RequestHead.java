package io.heraldmesh.policy;

import java.util.List;
import java.util.Map;

/**
 * The head of an HTTP request as it arrived, whatever the protocol version. Read only; valid while
 * the request is being decided.
 */
public interface RequestHead {
  String method();

  /** The request target in origin form, query included, exactly as received: {@code /a?b=1}. */
  String target();

  /** Host header or {@code :authority}; empty when the request has none. */
  String authority();

  /** {@code http} or {@code https}, as the client used it. */
  String scheme();

  /** Every value of a header, in order; the name is compared without case. */
  List<String> values(String name);

  /**
   * The values of X-Forwarded-For as they arrived, in order, though a proxy took the header off;
   * empty where there was none.
   */
  default List<String> forwardedFor() {
    return List.of();
  }

  /** Every header field in order, pseudo headers left out. */
  Iterable<Map.Entry<String, String>> fields();
}
