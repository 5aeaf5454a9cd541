package io.heraldmesh.resource;

import io.heraldmesh.resource.problem.Located;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code security.istio.io PeerAuthentication}.
 *
 * @param mode {@code mtls.mode}; UNSET when not written
 * @param portModes {@code portLevelMtls} by workload port
 */
public record PeerAuthentication(
    Metadata metadata, Selector selector, Located<Mode> mode, Map<Integer, Located<Mode>> portModes)
    implements Resource {

  public PeerAuthentication {
    portModes = Collections.unmodifiableMap(new TreeMap<>(portModes));
  }

  /** {@code mtls.mode}; UNSET inherits from the next wider policy. */
  public enum Mode {
    UNSET,
    DISABLE,
    PERMISSIVE,
    STRICT
  }
}
