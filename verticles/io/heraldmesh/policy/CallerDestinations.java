package io.heraldmesh.policy;

import java.util.List;

/**
 * What one workload calls otherwise than others do, because of DestinationRules that are for it.
 *
 * @param destinations each stands in the place of the one with the same service and server name
 */
public record CallerDestinations(Workload caller, List<Destination> destinations) {
  public CallerDestinations {
    destinations = List.copyOf(destinations);
  }
}
