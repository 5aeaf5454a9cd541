package io.heraldmesh.compile;

import io.heraldmesh.policy.Balancing;
import java.util.List;

/** What callers make of a DestinationRule's traffic policy. */
public final class TrafficPolicies {
  private TrafficPolicies() {}

  /**
   * @param policy {@code trafficPolicy}, in YAML's flow style
   */
  public static Balancing balancing(String policy) {
    return Meshes.COMPILER
        .compile(
            Meshes.read(
                Meshes.service("b", "server"),
                Meshes.destinationRule(
                    "b", "server", "{host: server, trafficPolicy: " + policy + "}")),
            List.of(Meshes.workload("b", "server")))
        .destinations()
        .getFirst()
        .balancing();
  }
}
