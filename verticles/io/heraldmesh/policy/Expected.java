package io.heraldmesh.policy;

import java.util.List;

/** What a field of a policy asks for, in words and short. Never what a request holds. */
final class Expected {
  /** For values that are not shown, because a policy may compare with a secret. */
  static final String LISTED = "a value that the policy lists";

  /** As {@link #LISTED}, of a {@code not…} field. */
  static final String NOT_LISTED = "no value that the policy lists";

  private static final int MOST = 3;
  private static final int LONGEST = 80;

  private Expected() {}

  static String in(List<?> values) {
    return (values.size() == 1 ? "" : "one of ") + listed(values);
  }

  static String notIn(List<?> values) {
    return (values.size() == 1 ? "not " : "none of ") + listed(values);
  }

  private static String listed(List<?> values) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < values.size() && i < MOST; i++) {
      text.append(i == 0 ? "" : ", ").append(shown(values.get(i)));
    }
    int more = values.size() - MOST;
    return more > 0
        ? text.append(" and ").append(more).append(" more").toString()
        : text.toString();
  }

  private static String shown(Object value) {
    String text = value instanceof TextMatch match ? match.pattern() : value.toString();
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }
}
