package io.heraldmesh.compile;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.policy.Connection;
import io.heraldmesh.policy.Decision;
import io.heraldmesh.policy.Enforcement;
import io.heraldmesh.policy.RequestHead;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.resource.Resources;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One request to one workload, decided from YAML without a proxy. */
final class Offline {
  static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final InetAddress ADDRESS = InetAddress.ofLiteral("10.1.1.2");

  private Offline() {}

  /**
   * @param namespace of the workload that is called
   * @param labels of it
   * @param principal of the caller; null: plain text
   * @param keys the set of every issuer; null: never fetched
   */
  record Call(
      String namespace,
      Map<String, String> labels,
      @Nullable String principal,
      Head head,
      int port,
      @Nullable KeySet keys) {

    Call(String namespace, Map<String, String> labels) {
      this(namespace, labels, null, new Head("GET", "/", "", List.of()), 80, null);
    }

    Call from(@Nullable String caller) {
      return new Call(namespace, labels, caller, head, port, keys);
    }

    Call port(int value) {
      return new Call(namespace, labels, principal, head, value, keys);
    }

    Call keys(KeySet value) {
      return new Call(namespace, labels, principal, head, port, value);
    }

    Call request(String method, String target, String host) {
      Head changed = new Head(method, target, host, head.list());
      return new Call(namespace, labels, principal, changed, port, keys);
    }

    Call header(String name, String value) {
      List<Map.Entry<String, String>> more =
          Stream.concat(head.list().stream(), Stream.of(Map.entry(name, value))).toList();
      Head changed = new Head(head.method(), head.target(), head.authority(), more);
      return new Call(namespace, labels, principal, changed, port, keys);
    }

    int status(Resources resources) {
      return switch (decide(resources)) {
        case Decision.Allowed allowed -> 200;
        case Decision.Denied denied -> denied.status();
      };
    }

    /** Of the connection alone, as one that carries no HTTP. */
    Decision decideTcp(Resources resources) {
      return decide(resources, null);
    }

    Decision decide(Resources resources) {
      return decide(resources, head);
    }

    private Decision decide(Resources resources, @Nullable Head request) {
      Enforcement enforcement =
          new Enforcement(
              new MeshCompiler(new TrustDomain("cluster.local"))
                  .workload(resources, new Workload(namespace, "w"), "w", labels),
              Crypto.jdk());
      Connection connection =
          new Connection(
              principal == null ? Connection.Tls.NONE : Connection.Tls.MUTUAL,
              principal == null ? null : SpiffeId.parse("spiffe://" + principal),
              ADDRESS,
              ADDRESS,
              ADDRESS,
              port,
              null);
      KeySets sets = source -> keys;
      return enforcement.decide(connection, request, sets, NOW);
    }
  }

  /** A request head made of plain values. */
  record Head(String method, String target, String authority, List<Map.Entry<String, String>> list)
      implements RequestHead {

    @Override
    public String scheme() {
      return "http";
    }

    @Override
    public List<String> values(String name) {
      return list.stream()
          .filter(h -> h.getKey().equalsIgnoreCase(name))
          .map(Map.Entry::getValue)
          .toList();
    }

    @Override
    public Iterable<Map.Entry<String, String>> fields() {
      return list;
    }
  }
}
