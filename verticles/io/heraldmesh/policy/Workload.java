package io.heraldmesh.policy;

import org.jspecify.annotations.Nullable;

/**
 * The name of a workload: unique in a mesh together with the node it runs on. Equality is written
 * out because a record's own is only made while a node starts, as code of its own.
 */
public record Workload(String namespace, String name) {

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Workload(String space, String its)
        && namespace.equals(space)
        && name.equals(its);
  }

  @Override
  public int hashCode() {
    return 31 * namespace.hashCode() + name.hashCode();
  }

  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
