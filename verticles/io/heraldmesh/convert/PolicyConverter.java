package io.heraldmesh.convert;

import static io.heraldmesh.convert.Document.map;

import io.heraldmesh.compile.PortProtocol;
import io.heraldmesh.convert.Difference.Kind;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.resource.AuthenticationPolicy;
import io.heraldmesh.resource.AuthenticationPolicy.Peer;
import io.heraldmesh.resource.AuthenticationPolicy.Target;
import io.heraldmesh.resource.Metadata;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.Service;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Turns v1alpha1 policies into PeerAuthentication, RequestAuthentication and AuthorizationPolicy.
 * What results never lets pass what the policies refuse. One use each.
 */
public final class PolicyConverter {
  private final Resources resources;
  private final List<AuthenticationPolicy> policies;
  private final List<Map<String, Object>> documents = new ArrayList<>();
  private final Differences differences;
  private final Set<String> taken = new HashSet<>();

  private PolicyConverter(Resources resources) {
    this.resources = resources;
    this.policies =
        resources.of(AuthenticationPolicy.class).stream()
            .sorted(Comparator.comparing(AuthenticationPolicy::metadata, Metadata.OLDEST_FIRST))
            .toList();
    this.differences = new Differences(resources, policies);
    resources
        .all()
        .forEach(
            r -> taken.add(r.kind() + " " + r.metadata().namespace() + "/" + r.metadata().name()));
  }

  /**
   * @param resources without errors; the services that policies name must be among them
   */
  public static Conversion convert(Resources resources) {
    PolicyConverter converter = new PolicyConverter(resources);
    converter.wide();
    converter.narrow();
    return new Conversion(converter.documents, converter.differences.all());
  }

  private void wide() {
    for (AuthenticationPolicy policy : policies) {
      if (!policy.targets().isEmpty()) {
        continue;
      }
      String namespace =
          policy.isMeshWide()
              ? resources.meshConfig().rootNamespace()
              : policy.metadata().namespace();
      differences.of(policy);
      differences.besideOtherWide(policy, namespace);
      documents.add(
          Document.of(
              "PeerAuthentication",
              namespace,
              free("PeerAuthentication", namespace, "default"),
              map("mtls", map("mode", mode(policy)))));
      tokens(policy, namespace, "default", Map.of(), List.of(), List.of());
    }
  }

  private void narrow() {
    Map<String, Behind> groups = new LinkedHashMap<>();
    for (AuthenticationPolicy policy : policies) {
      if (!policy.targets().isEmpty()) {
        differences.of(policy);
        policy.targets().forEach(target -> collect(policy, target, groups));
      }
    }
    differences.overlaps(List.copyOf(groups.values()));
    groups.values().forEach(this::convert);
  }

  private void collect(AuthenticationPolicy policy, Target target, Map<String, Behind> groups) {
    Service service = differences.service(policy, target);
    if (service == null) {
      return;
    }
    String key = service.metadata().namespace() + " " + new TreeMap<>(service.selector());
    Behind behind = groups.computeIfAbsent(key, k -> new Behind(service));
    behind.services.add(service);
    for (Service.Port port : service.ports()) {
      boolean meant =
          port.protocol().equals("TCP")
              && (target.ports().isEmpty()
                  || target.ports().stream().anyMatch(p -> p.matches(port)));
      if (meant && !behind.add(policy, !target.ports().isEmpty(), port)) {
        differences.add(
            target.name().at(),
            Kind.NOT_CONVERTED,
            "targetPort "
                + port.targetPortName()
                + " of "
                + service.describe()
                + " is a name, and the current kinds need the workload's port number",
            "write the number as targetPort");
      }
    }
  }

  private void convert(Behind behind) {
    AuthenticationPolicy unknown = behind.unknown();
    Map<String, Object> ports = new LinkedHashMap<>();
    behind.ports().forEach((port, p) -> ports.put(Integer.toString(port), map("mode", mode(p))));
    documents.add(
        Document.of(
            "PeerAuthentication",
            behind.namespace(),
            free("PeerAuthentication", behind.namespace(), behind.first.metadata().name()),
            map(
                "selector",
                Document.selector(behind.labels()),
                "mtls",
                unknown == null ? null : map("mode", mode(unknown)),
                "portLevelMtls",
                ports.isEmpty() ? null : ports)));
    Map<AuthenticationPolicy, List<Integer>> byPolicy = behind.byPolicy();
    for (Map.Entry<AuthenticationPolicy, List<Integer>> entry : byPolicy.entrySet()) {
      AuthenticationPolicy policy = entry.getKey();
      List<Integer> speakTcp =
          behind.services.stream()
              .flatMap(s -> s.ports().stream())
              .filter(p -> p.targetPortName() == null && PortProtocol.of(p) == Protocol.TCP)
              .map(Service.Port::targetPort)
              .distinct()
              .toList();
      List<Integer> http = entry.getValue().stream().filter(p -> !speakTcp.contains(p)).toList();
      boolean nothing = http.isEmpty() && !entry.getValue().isEmpty();
      if (!nothing) {
        String name =
            policy.targets().size() == 1
                ? policy.metadata().name()
                : policy.metadata().name() + "-" + behind.first.metadata().name();
        List<Integer> not = http.isEmpty() ? speakTcp : List.of();
        tokens(policy, behind.namespace(), name, behind.labels(), http, not);
      }
    }
  }

  private void tokens(
      AuthenticationPolicy policy,
      String namespace,
      String name,
      Map<String, String> labels,
      List<Integer> ports,
      List<Integer> notPorts) {
    if (policy.origins().isEmpty()) {
      return;
    }
    if (TokenRules.groups(policy) > TokenRules.MAX_GROUPS) {
      differences.tooManyGroups(policy);
      return;
    }
    String kind = "RequestAuthentication";
    Scope scope = new Scope(namespace, free(kind, namespace, name), labels, ports, notPorts);
    documents.add(TokenRules.authentication(policy, scope));
    if (!policy.originIsOptional().value() && !TokenRules.asked(policy).isEmpty()) {
      String required = free("AuthorizationPolicy", namespace, name + "-tokens");
      documents.add(
          TokenRules.requirement(policy, new Scope(namespace, required, labels, ports, notPorts)));
    }
  }

  private static String mode(AuthenticationPolicy policy) {
    Peer peer = policy.peer().value();
    if (peer == Peer.NONE) {
      return "DISABLE";
    }
    return peer == Peer.STRICT && !policy.peerIsOptional().value() ? "STRICT" : "PERMISSIVE";
  }

  /** A name that no resource of this kind has yet. */
  private String free(String kind, String namespace, String wanted) {
    String name = wanted;
    for (int i = 2; !taken.add(kind + " " + namespace + "/" + name); i++) {
      name = wanted + "-" + i;
    }
    return name;
  }
}
