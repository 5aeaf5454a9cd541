package io.heraldmesh.resource;

import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code spec} of a WorkloadEntry and {@code endpoints[]} of a ServiceEntry.
 *
 * @param address IP address, DNS name or {@code unix://} path
 * @param ports number on the workload by name of the service's port
 * @param serviceAccount of the same namespace; null when not written
 */
public record WorkloadAddress(
    Position at,
    Located<String> address,
    Map<String, Integer> ports,
    Map<String, String> labels,
    @Nullable Located<String> serviceAccount) {

  public WorkloadAddress {
    ports = Collections.unmodifiableMap(new LinkedHashMap<>(ports));
    labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
  }
}
