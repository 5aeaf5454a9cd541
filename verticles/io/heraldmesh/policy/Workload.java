package io.heraldmesh.policy;

/** The name of a workload: unique in a mesh together with the node it runs on. */
public record Workload(String namespace, String name) {

  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
