package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminResources.Target;

/** {@code namespace/name}, or the name alone, on the command line. */
final class TargetName {
  private TargetName() {}

  static Target of(String kind, String name) {
    int slash = name.indexOf('/');
    return slash < 0
        ? new Target(kind, null, name)
        : new Target(kind, name.substring(0, slash), name.substring(slash + 1));
  }
}
