package io.heraldmesh.proxy.upstream;

import io.heraldmesh.proxy.HostPort;
import io.netty.channel.EventLoop;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of endpoint names, asked for without blocking, kept for the answer's time to live (1 to
 * 60 s). When asking fails the last answer is used. IP literals are not asked for. Belongs to one
 * event loop.
 */
final class Names {
  private static final int REMEMBERED = 4096;

  private final EventLoop loop;
  private final Supplier<DnsNameResolver> create;
  private final Map<String, InetAddress> last =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, InetAddress> eldest) {
          return size() > REMEMBERED;
        }
      };
  private @Nullable DnsNameResolver resolver;

  Names(EventLoop loop, Supplier<DnsNameResolver> create) {
    this.loop = loop;
    this.create = create;
  }

  Future<InetSocketAddress> resolve(HostPort address) {
    InetAddress literal = literal(address.host());
    if (literal != null) {
      return loop.newSucceededFuture(new InetSocketAddress(literal, address.port()));
    }
    if (resolver == null) {
      resolver = create.get();
    }
    var answer = loop.<InetSocketAddress>newPromise();
    resolver
        .resolve(address.host())
        .addListener(
            (Future<InetAddress> found) -> {
              InetAddress ip = found.isSuccess() ? found.getNow() : last.get(address.host());
              if (ip == null) {
                answer.setFailure(
                    new UnknownHostException(address.host() + " has no address: " + found.cause()));
              } else {
                last.put(address.host(), ip);
                answer.setSuccess(new InetSocketAddress(ip, address.port()));
              }
            });
    return answer;
  }

  private static @Nullable InetAddress literal(String host) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
    if (bytes == null) {
      return null;
    }
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of 4 or 16 bytes is always legal", e);
    }
  }
}
