package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminResources.Target;
import org.jspecify.annotations.Nullable;

/** {@code namespace/name}, or the name alone, on the command line. */
final class TargetName {
  private TargetName() {}

  /**
   * @param namespace of a name alone; null: not said
   */
  static Target of(String kind, String name, @Nullable String namespace) {
    int slash = name.indexOf('/');
    return slash < 0
        ? new Target(kind, namespace, name)
        : new Target(kind, name.substring(0, slash), name.substring(slash + 1));
  }
}
