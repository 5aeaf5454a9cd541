package io.heraldmesh.store;

import java.time.Instant;

/**
 * One workload identity that may run on a node.
 *
 * @param registeredBy the identity of whoever registered it, or {@code node file}
 */
public record Registration(
    String node,
    String namespace,
    String serviceAccount,
    String registeredBy,
    Instant registeredAt) {

  public Registration {
    Words.name("node", node);
    Words.name("namespace", namespace);
    Words.name("serviceAccount", serviceAccount);
    Words.text("registeredBy", registeredBy);
  }
}
