package io.heraldmesh.resource;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code trafficPolicy} of a DestinationRule or of one of its subsets.
 *
 * @param tls null when not written
 * @param ports {@code portLevelSettings} by service port. What is written for a port replaces the
 *     policy as a whole: what it leaves out is not inherited
 */
public record TrafficPolicy(
    @Nullable ClientTls tls, Balancing balancing, Map<Integer, PortPolicy> ports) {
  /** Nothing written. */
  public static final TrafficPolicy NONE = new TrafficPolicy(null, Balancing.NONE, Map.of());

  public TrafficPolicy {
    ports = Collections.unmodifiableMap(new TreeMap<>(ports));
  }

  /**
   * {@code portLevelSettings[]}.
   *
   * @param tls null when not written
   */
  public record PortPolicy(@Nullable ClientTls tls, Balancing balancing) {}

  /** How requests to {@code port} are spread. */
  public Balancing balancing(int port) {
    PortPolicy own = ports.get(port);
    return own == null ? balancing : own.balancing();
  }
}
