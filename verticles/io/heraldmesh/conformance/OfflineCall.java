package io.heraldmesh.conformance;

import io.heraldmesh.compile.MeshCompiler;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.Header;
import io.heraldmesh.policy.RequestHead;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.resource.Resources;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A call to one workload, decided from resources with the classes that {@code explain} and the
 * proxy use.
 *
 * @param to the workload that is called
 * @param from SPIFFE ID of the caller; null: plain text
 * @param head null: a TCP connection
 */
public record OfflineCall(
    Target to, @Nullable SpiffeId from, Addresses addresses, @Nullable Head head, KeySets keys) {

  /** When every case is decided that names no time of its own. */
  public static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

  /** Who is called, and on which workload port. */
  public record Target(
      String namespace,
      String name,
      String serviceAccount,
      Map<String, String> labels,
      int port,
      @Nullable String sni) {}

  /** Who talks to whom on the wire. */
  public record Addresses(InetAddress source, InetAddress remote, InetAddress destination) {
    /** Some that no policy names. */
    public static final Addresses ANY = of("10.1.1.2", "10.1.1.2", "10.1.2.3");

    public static Addresses of(String source, String remote, String destination) {
      return new Addresses(
          InetAddress.ofLiteral(source),
          InetAddress.ofLiteral(remote),
          InetAddress.ofLiteral(destination));
    }
  }

  /** A request head of plain values. */
  public record Head(String method, String target, String authority, List<Header> list)
      implements RequestHead {

    public Head {
      list = List.copyOf(list);
    }

    public Head and(String name, String value) {
      return new Head(
          method,
          target,
          authority,
          Stream.concat(list.stream(), Stream.of(new Header(name, value))).toList());
    }

    @Override
    public String scheme() {
      return "http";
    }

    @Override
    public List<String> values(String name) {
      return list.stream().filter(h -> h.name().equalsIgnoreCase(name)).map(Header::value).toList();
    }

    @Override
    public Iterable<Map.Entry<String, String>> fields() {
      return list.stream().map(h -> Map.entry(h.name(), h.value())).toList();
    }
  }

  /** Decides it. */
  public Decision decide(Resources resources, String trustDomain) {
    return decide(
        new Enforcement(
            new MeshCompiler(new TrustDomain(trustDomain))
                .workload(
                    resources,
                    new Workload(to.namespace(), to.name()),
                    to.serviceAccount(),
                    to.labels()),
            Crypto.preferred()));
  }

  /** Decides it under what was compiled before. */
  public Decision decide(Enforcement enforcement) {
    Connection connection =
        new Connection(
            from == null ? Connection.Tls.NONE : Connection.Tls.MUTUAL,
            from,
            addresses.source(),
            addresses.remote(),
            addresses.destination(),
            to.port(),
            to.sni());
    return enforcement.decide(connection, head, keys, NOW);
  }

  /** 200 when it may pass, else the status of the refusal, 0 for none. */
  public static int status(Decision decision) {
    return switch (decision) {
      case Decision.Allowed allowed -> 200;
      case Decision.Denied denied -> denied.status();
    };
  }
}
