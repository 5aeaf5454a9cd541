package io.heraldmesh.compile;

import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.Balancing;
import io.heraldmesh.policy.ClientFiles;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.policy.UpstreamTls;
import io.heraldmesh.policy.VirtualAddresses;
import io.heraldmesh.resource.ClientTls;
import io.heraldmesh.resource.DestinationRule;
import io.heraldmesh.resource.problem.Located;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a caller reaches each service port: its endpoints, each by the mode that its DestinationRule
 * says, or else by auto mTLS.
 */
final class Destinations {
  private final List<ServicePort> ports;
  private final DestinationRules rules;
  private final boolean auto;

  /**
   * @param auto MeshConfig {@code enableAutoMtls}
   */
  Destinations(List<ServicePort> ports, DestinationRules rules, boolean auto) {
    this.ports = ports;
    this.rules = rules;
    this.auto = auto;
  }

  /** For callers without rules of their own. */
  List<Destination> general() {
    return ports.stream().map(port -> compile(port, rules.find(Caller.ANY, port))).toList();
  }

  /** Those that {@code caller} calls under another rule than callers in general. */
  List<Destination> special(Caller caller) {
    return rules.isEmpty()
        ? List.of()
        : ports.stream().filter(port -> isSpecial(caller, port)).map(p -> of(caller, p)).toList();
  }

  private boolean isSpecial(Caller caller, ServicePort port) {
    return !Objects.equals(rules.find(caller, port), rules.find(Caller.ANY, port));
  }

  private Destination of(Caller caller, ServicePort port) {
    return compile(port, rules.find(caller, port));
  }

  private Destination compile(ServicePort port, @Nullable DestinationRule rule) {
    return new Destination(
        port.service(),
        port.hosts(),
        port.port(),
        port.protocol(),
        port.sni(""),
        port.identities(),
        port.backends().stream().map(backend -> endpoint(port, rule, backend)).toList(),
        rule == null
            ? Balancing.DEFAULT
            : RuleBalancing.of(rule.trafficPolicy().balancing(port.port())),
        new VirtualAddresses(
            port.addresses(),
            port.passthrough(),
            port.anywhere() ? tls(port, rule, Backend.external(port.host(), port.port())) : null));
  }

  private Endpoint endpoint(ServicePort port, @Nullable DestinationRule rule, Backend backend) {
    return new Endpoint(
        backend.host(), backend.port(), tls(port, rule, backend), backend.workloadPort());
  }

  private UpstreamTls tls(ServicePort port, @Nullable DestinationRule rule, Backend backend) {
    RuleTls said = RuleTls.of(rule, port.port(), backend.labels());
    ClientTls tls = said.tls();
    if (tls == null) {
      return automatic(port, backend);
    }
    return switch (tls.mode()) {
      case DISABLE -> new UpstreamTls.Plaintext();
      case ISTIO_MUTUAL -> mesh(port, said.subset(), tls);
      case SIMPLE, MUTUAL -> originated(port, tls);
    };
  }

  /**
   * Each endpoint by its own kind. Those of a headless service are picked by the caller, who cannot
   * know which is of what kind, so they are all called alike.
   */
  private UpstreamTls automatic(ServicePort port, Backend backend) {
    boolean alike = !port.passthrough() || port.backends().stream().allMatch(Backend::proxied);
    return auto && alike && backend.takesMeshTls()
        ? new UpstreamTls.Mesh()
        : new UpstreamTls.Plaintext();
  }

  private static UpstreamTls mesh(ServicePort port, String subset, ClientTls tls) {
    String sni = tls.sni() == null ? port.sni(subset) : tls.sni();
    if (tls.subjectAltNames().isEmpty()) {
      return sni.equals(port.sni(""))
          ? new UpstreamTls.Mesh()
          : new UpstreamTls.NamedMesh(sni, port.identities());
    }
    return new UpstreamTls.NamedMesh(sni, identities(tls.subjectAltNames()));
  }

  /** No mesh certificate can show another kind of name, so such a one adds nobody. */
  private static Set<SpiffeId> identities(List<Located<String>> names) {
    Set<SpiffeId> identities = new HashSet<>();
    for (Located<String> name : names) {
      try {
        identities.add(SpiffeId.parse(name.value()));
      } catch (InvalidIdentity e) {
        // told when it was read
      }
    }
    return identities;
  }

  private static UpstreamTls originated(ServicePort port, ClientTls tls) {
    String named = port.host().startsWith("*") ? null : port.host();
    String certificate = tls.clientCertificate();
    String key = tls.privateKey();
    return new UpstreamTls.Originated(
        tls.sni() == null ? named : tls.sni(),
        tls.subjectAltNames().stream().map(Located::value).collect(Collectors.toSet()),
        ClientTls.SYSTEM.equals(tls.caCertificates()) ? null : tls.caCertificates(),
        certificate == null || key == null ? null : new ClientFiles(certificate, key));
  }
}
