package io.heraldmesh.policy;

import java.util.List;

/**
 * The rule of an ALLOW policy that came nearest to letting a request pass: the one with the fewest
 * fields that did not match, the first in order of several.
 *
 * @param policy {@code namespace/name}
 * @param misses every field that did not match; never empty. Of several sources or operations,
 *     those of the nearest one; on TCP, with the HTTP-only fields of all, which drop the rule
 */
public record Nearest(String policy, int rule, List<Miss> misses) {

  public Nearest {
    misses = List.copyOf(misses);
    if (misses.isEmpty()) {
      throw new IllegalArgumentException("a rule that misses nothing has matched");
    }
  }

  /**
   * A field that did not match.
   *
   * @param field such as {@code from[0].source.principals} or {@code when[source.ip].values}
   * @param expected what the policy asks for, in words; values of headers are left out, and nothing
   *     of the request is in it
   */
  public record Miss(String field, String expected) {

    @Override
    public String toString() {
      return field + " (" + expected + ")";
    }
  }

  /** The fields alone. */
  public List<String> fields() {
    return misses.stream().map(Miss::field).toList();
  }
}
