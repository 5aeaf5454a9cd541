package io.heraldmesh.proxy.upstream;

import io.heraldmesh.proxy.upstream.Target.Chosen;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where the proxy's connections to its own service come from: 127.0.0.6, as Istio's, so that a
 * service can tell calls that were decided on from those of other programs of its machine. Only
 * Linux has all of 127.0.0.0/8.
 */
final class ServiceSource {
  private static final InetSocketAddress PROXY = new InetSocketAddress("127.0.0.6", 0);
  private static final boolean LINUX =
      System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux");

  private ServiceSource() {}

  /** Null: the system chooses. */
  static @Nullable InetSocketAddress of(Target target, InetSocketAddress address) {
    return LINUX
            && address.getAddress() instanceof Inet4Address ip
            && (target.chosen() == Chosen.BY_CALLER
                || target.chosen() == Chosen.BY_NODE && ip.isLoopbackAddress())
        ? PROXY
        : null;
  }
}
