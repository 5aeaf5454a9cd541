package io.heraldmesh.policy;

import java.net.InetAddress;
import java.util.List;

/**
 * Who is behind trusted proxies: the address that the outermost of them saw.
 *
 * <p>Source: Istio MeshConfig {@code defaultConfig.gatewayTopology.numTrustedProxies}; the header
 * is read as Envoy does with {@code xff_num_trusted_hops}.
 */
final class ClientAddress {
  private ClientAddress() {}

  /**
   * The entry that is {@code trustedProxies} from the right of X-Forwarded-For; {@code otherwise}
   * without trusted proxies, when there are fewer entries, or when it is no IP address. What stands
   * further left anyone could have written, and is not read.
   *
   * @param forwardedFor values of the header, in order, each a list separated by commas
   */
  static InetAddress of(List<String> forwardedFor, int trustedProxies, InetAddress otherwise) {
    int left = trustedProxies;
    for (int i = forwardedFor.size() - 1; i >= 0 && left > 0; i--) {
      String[] entries = forwardedFor.get(i).split(",", -1);
      if (left <= entries.length) {
        return literal(entries[entries.length - left].strip(), otherwise);
      }
      left -= entries.length;
    }
    return otherwise;
  }

  private static InetAddress literal(String text, InetAddress otherwise) {
    try {
      return AddressBlock.address(text);
    } catch (IllegalArgumentException e) {
      return otherwise;
    }
  }
}
