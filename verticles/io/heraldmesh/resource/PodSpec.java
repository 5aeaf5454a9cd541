package io.heraldmesh.resource;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a Pod, or the template of a Deployment, says about the workload it makes.
 *
 * @param labels of the pod, which selectors look at
 * @param serviceAccount {@code default} when not written
 * @param ports of all its containers
 */
public record PodSpec(Map<String, String> labels, String serviceAccount, List<Port> ports) {

  public PodSpec {
    labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    ports = List.copyOf(ports);
  }

  /**
   * {@code containers[].ports[]}.
   *
   * @param name empty when not written
   */
  public record Port(String name, int containerPort) {}
}
