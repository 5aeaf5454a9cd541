package io.heraldmesh.policy;

import java.util.List;

/**
 * {@code ports} and {@code notPorts}; reads as {@link TextField}.
 *
 * @param values 0 to 65535
 */
public record PortField(List<Integer> values, List<Integer> notValues) {

  /** Asks for nothing. */
  public static final PortField ANY = new PortField(List.of(), List.of());

  public PortField {
    values = List.copyOf(values);
    notValues = List.copyOf(notValues);
  }

  /** True when it asks for nothing. */
  public boolean isAny() {
    return values.isEmpty() && notValues.isEmpty();
  }

  boolean matches(int port) {
    return (values.isEmpty() || values.contains(port)) && !notValues.contains(port);
  }
}
