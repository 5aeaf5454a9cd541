package io.heraldmesh.node;

import io.heraldmesh.capture.CaptureSettings.Mode;
import io.heraldmesh.policy.AddressBlock;
import io.heraldmesh.proxy.ListenAddress;
import io.heraldmesh.proxy.capture.RunAs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code spec.capture}: which of the machine's calls go through the proxy without knowing.
 *
 * @param inbound where calls to this machine come in that the system captures; null: none are
 * @param user whom Herald runs as: its own calls are never captured; null: not said
 */
public record CaptureConfig(
    @Nullable ListenAddress inbound,
    Mode mode,
    @Nullable RunAs user,
    List<Integer> includeInboundPorts,
    List<Integer> excludeInboundPorts,
    List<Integer> excludeOutboundPorts,
    List<AddressBlock> includeOutboundIpRanges,
    List<AddressBlock> excludeOutboundIpRanges) {

  /** SSH, so that a machine is not locked out by what it is told about its services. */
  static final int SSH = 22;

  /** Nothing that arrives is captured. */
  public static final CaptureConfig NONE =
      new CaptureConfig(
          null, Mode.REDIRECT, null, List.of(), List.of(SSH), List.of(), List.of(), List.of());

  public CaptureConfig {
    includeInboundPorts = List.copyOf(includeInboundPorts);
    excludeInboundPorts = List.copyOf(excludeInboundPorts);
    excludeOutboundPorts = List.copyOf(excludeOutboundPorts);
    includeOutboundIpRanges = List.copyOf(includeOutboundIpRanges);
    excludeOutboundIpRanges = List.copyOf(excludeOutboundIpRanges);
  }
}
