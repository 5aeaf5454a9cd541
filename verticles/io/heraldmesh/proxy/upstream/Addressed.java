package io.heraldmesh.proxy.upstream;

import io.heraldmesh.policy.UpstreamTls;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.tls.MeshProtocol;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The destination that a captured call is for.
 *
 * @param endpoint index of the one endpoint that is meant; −1: the service as a whole
 * @param named it was called by a name of it; false: by its address alone
 */
public record Addressed(Route route, int endpoint, boolean named) {

  /**
   * Where the call goes; null when the destination has no endpoint.
   *
   * @param dialled by its client
   * @param host as it was called; the address where no name was
   */
  public @Nullable Choice choose(MeshProtocol protocol, InetSocketAddress dialled, String host) {
    if (endpoint >= 0) {
      return route.at(endpoint, protocol, host);
    }
    UpstreamTls tls = route.destination().addresses().dialled();
    return tls == null || named && !route.destination().endpoints().isEmpty()
        ? route.next(protocol, host)
        : route.dialled(hostPort(dialled), tls, protocol, host);
  }

  static HostPort hostPort(InetSocketAddress dialled) {
    return new HostPort(NetUtil.toAddressString(dialled.getAddress()), dialled.getPort());
  }
}
