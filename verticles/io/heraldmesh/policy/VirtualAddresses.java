package io.heraldmesh.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a captured connection is known to be for a destination, by the address that its client
 * dialled; besides the addresses of the destination's own endpoints.
 *
 * <p>Source: Istio, {@code clusterIP} of a Service, {@code addresses} and {@code resolution} of a
 * ServiceEntry.
 *
 * @param blocks addresses and CIDR blocks that stand for the service as a whole; those of every
 *     address where its port alone tells
 * @param direct clients pick among its endpoints themselves, by address (headless)
 * @param dialled how the dialled address itself is called, where the service has no endpoints but
 *     whatever its clients dial ({@code resolution: NONE}); null for every other service
 */
public record VirtualAddresses(List<String> blocks, boolean direct, @Nullable UpstreamTls dialled) {
  public static final VirtualAddresses NONE = new VirtualAddresses(List.of(), false, null);

  public VirtualAddresses {
    blocks = List.copyOf(blocks);
  }
}
