package io.heraldmesh.policy;

import java.util.List;

/**
 * A pair such as {@code paths} and {@code notPaths}. Matches when {@code values} is empty or one of
 * them matches, and none of {@code notValues} does. An absent value matches no pattern.
 */
public record TextField(List<TextMatch> values, List<TextMatch> notValues) {

  /** Asks for nothing. */
  public static final TextField ANY = new TextField(List.of(), List.of());

  public TextField {
    values = List.copyOf(values);
    notValues = List.copyOf(notValues);
  }

  /** True when it asks for nothing. */
  public boolean isAny() {
    return values.isEmpty() && notValues.isEmpty();
  }
}
