package io.heraldmesh.convert;

import io.heraldmesh.compile.PortProtocol;
import io.heraldmesh.convert.Difference.Kind;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.resource.AuthenticationPolicy;
import io.heraldmesh.resource.AuthenticationPolicy.Binding;
import io.heraldmesh.resource.AuthenticationPolicy.Origin;
import io.heraldmesh.resource.AuthenticationPolicy.PathForm;
import io.heraldmesh.resource.AuthenticationPolicy.PathMatch;
import io.heraldmesh.resource.AuthenticationPolicy.Target;
import io.heraldmesh.resource.PeerAuthentication;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.Service;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.Shown;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Gathers where the result means something else than the policies. */
final class Differences {
  private final Resources resources;
  private final List<AuthenticationPolicy> policies;
  private final List<Difference> found = new ArrayList<>();

  Differences(Resources resources, List<AuthenticationPolicy> policies) {
    this.resources = resources;
    this.policies = policies;
  }

  void add(Position at, Kind kind, String message, String hint) {
    Difference difference = new Difference(at, kind, message, hint);
    if (!found.contains(difference)) {
      found.add(difference);
    }
  }

  List<Difference> all() {
    return found.stream()
        .sorted(
            Comparator.comparing((Difference d) -> d.at().file())
                .thenComparingInt(d -> d.at().line())
                .thenComparingInt(d -> d.at().column()))
        .toList();
  }

  /** What differs whatever the policy is for. */
  void of(AuthenticationPolicy policy) {
    if (policy.peerIsOptional().value()) {
      add(
          policy.peerIsOptional().at(),
          Kind.PEER_OPTIONAL,
          "there is no peerIsOptional; PERMISSIVE lets the same callers through",
          "deny callers without principals in an AuthorizationPolicy, should they not be let in");
    }
    merged(policy);
    if (!policy.origins().isEmpty()) {
      origins(policy);
    }
  }

  private void origins(AuthenticationPolicy policy) {
    Position at = policy.origins().getFirst().rule().at();
    boolean optional = policy.originIsOptional().value();
    if (optional) {
      add(
          policy.originIsOptional().at(),
          Kind.ORIGIN_OPTIONAL,
          "a token that is not valid is refused with 401; it was taken for none",
          "have clients send no token rather than a bad one");
    } else {
      add(
          at,
          Kind.MISSING_TOKEN,
          "a request without a token is answered 403 \"RBAC: access denied\", not 401",
          "tell clients that look at the status");
      add(
          at,
          Kind.NO_SUBJECT,
          "a token without the claim sub is refused with 403: it has no request principal",
          "have the issuer set sub");
    }
    add(
        at,
        Kind.INVALID_TOKEN,
        "a token that is not valid is refused wherever it is sent: with 401, a text that says why"
            + " and www-authenticate, a wrong audience with 403; every token at the places of any"
            + " rule must be valid, on every port",
        "have clients send one token, and only where it is asked for");
    if (policy.binding().value() == Binding.USE_PEER) {
      add(
          policy.binding().at(),
          Kind.PRINCIPAL,
          "request.auth.principal is the token's; it was the caller's (USE_PEER)",
          "ask for source.principal where the caller is meant");
    }
    for (Origin origin : policy.origins()) {
      if (origin.exchanged()) {
        add(
            origin.rule().at(),
            Kind.EXCHANGED_TOKEN,
            "claims are those of the exchanged token, not of its original_claims",
            "read request.auth.claims[original_claims][…] where they are meant");
      }
      origin.triggers().stream()
          .flatMap(t -> Stream.concat(t.excluded().stream(), t.included().stream()))
          .forEach(this::path);
    }
    if (!optional
        && TokenRules.groups(policy) <= TokenRules.MAX_GROUPS
        && TokenRules.asked(policy).stream().anyMatch(asked -> !asked.paths().exact())) {
      add(
          at,
          Kind.PATH,
          "paths that a prefix and a suffix name together have no pattern; tokens are asked for on"
              + " more paths",
          "write the rules of the AuthorizationPolicy by hand");
    }
    tcp(policy, at, optional);
  }

  private void tcp(AuthenticationPolicy policy, Position at, boolean optional) {
    List<Protocol> protocols =
        policy.targets().stream()
            .flatMap(target -> Stream.ofNullable(find(policy, target)))
            .flatMap(service -> service.ports().stream())
            .map(PortProtocol::of)
            .toList();
    if (!optional && (policy.targets().isEmpty() || protocols.contains(Protocol.AUTO))) {
      add(
          at,
          Kind.TCP,
          "TCP connections are refused: a DENY with fields of HTTP denies them all",
          "list ports that speak TCP in notPorts of the AuthorizationPolicy");
    }
    if (!optional && protocols.contains(Protocol.TCP)) {
      add(
          at,
          Kind.TCP,
          "on ports that the Service declares as TCP no token is asked for, should they speak HTTP"
              + " after all",
          "name such ports http-… in the Service");
    }
  }

  private void path(PathMatch match) {
    if (PathPattern.of(match).isEmpty()) {
      add(
          match.text().at(),
          Kind.PATH,
          (match.form() == PathForm.REGEX ? "the regular expression " : "")
              + Shown.quoted(match.text().value())
              + " has no pattern in the current API; it is left out, so that a token is asked for on"
              + " more paths",
          "name the paths by prefix, suffix or in full");
    }
  }

  /** Old policies replaced wider ones; RequestAuthentication and AuthorizationPolicy add up. */
  private void merged(AuthenticationPolicy policy) {
    for (AuthenticationPolicy wider : policies) {
      boolean replaced =
          wider.targets().isEmpty()
              && !wider.origins().isEmpty()
              && !policy.isMeshWide()
              && (wider.isMeshWide()
                  || !policy.targets().isEmpty()
                      && wider.metadata().namespace().equals(policy.metadata().namespace()));
      if (replaced) {
        add(
            policy.metadata().at(),
            Kind.MERGED,
            policy.describe()
                + " replaced "
                + wider.describe()
                + " as a whole; now the tokens that that one asks for are asked for here too",
            "give the resources made of "
                + wider.describe()
                + " a selector without these workloads");
      }
    }
  }

  void tooManyGroups(AuthenticationPolicy policy) {
    add(
        policy.origins().getFirst().rule().at(),
        Kind.NOT_CONVERTED,
        policy.describe()
            + " has more than "
            + TokenRules.MAX_GROUPS
            + " origins with unlike triggerRules",
        "split it, or write RequestAuthentication and AuthorizationPolicy by hand");
  }

  /** The Service of a target; null, and an error, when its workloads cannot be found. */
  @Nullable Service service(AuthenticationPolicy policy, Target target) {
    Service service = find(policy, target);
    String name = policy.metadata().namespace() + "/" + target.name().value();
    if (service == null || service.selector().isEmpty()) {
      add(
          target.name().at(),
          Kind.NOT_CONVERTED,
          service == null
              ? "the Service " + name + " is not among the input, so its selector is not known"
              : "the Service " + name + " has no selector to find its workloads by",
          "read the file with the Service along");
      return null;
    }
    add(
        target.name().at(),
        Kind.SELECTOR,
        "the selector of the Service " + name + " is copied; it does not follow the Service",
        "change both when the labels change");
    for (AuthenticationPolicy.Port port : target.ports()) {
      service.ports().stream()
          .filter(port::matches)
          .filter(p -> p.targetPortName() == null)
          .findFirst()
          .ifPresent(
              p ->
                  add(
                      port.at(),
                      Kind.PORT,
                      "port "
                          + p.port()
                          + " of the Service "
                          + name
                          + " is written as the workload's port "
                          + p.targetPort(),
                      "change it when targetPort changes"));
    }
    return service;
  }

  private @Nullable Service find(AuthenticationPolicy policy, Target target) {
    return resources.of(Service.class).stream()
        .filter(s -> s.externalName() == null)
        .filter(s -> s.metadata().namespace().equals(policy.metadata().namespace()))
        .filter(s -> s.metadata().name().equals(target.name().value()))
        .findFirst()
        .orElse(null);
  }

  /** Of several PeerAuthentications without selector only the oldest holds. */
  void besideOtherWide(AuthenticationPolicy policy, String namespace) {
    resources.of(PeerAuthentication.class).stream()
        .filter(p -> p.selector().isEmpty() && p.metadata().namespace().equals(namespace))
        .findFirst()
        .ifPresent(
            other ->
                add(
                    policy.metadata().at(),
                    Kind.OVERLAP,
                    other.describe()
                        + " is for the same workloads, and only the oldest of two holds",
                    "keep one of the two"));
  }

  /** Of several PeerAuthentications that select a workload only the oldest holds. */
  void overlaps(List<Behind> groups) {
    for (int i = 0; i < groups.size(); i++) {
      for (Behind other : groups.subList(i + 1, groups.size())) {
        overlap(groups.get(i), other);
      }
    }
  }

  private void overlap(Behind one, Behind other) {
    Map<String, String> labels = one.labels();
    boolean meet =
        one.namespace().equals(other.namespace())
            && other.labels().entrySet().stream()
                .allMatch(e -> labels.getOrDefault(e.getKey(), e.getValue()).equals(e.getValue()));
    if (meet) {
      add(
          one.first.metadata().at(),
          Kind.OVERLAP,
          one.first.describe()
              + " and "
              + other.first.describe()
              + " may select one workload, for which only one of their PeerAuthentications holds",
          "give the Services selectors of which a workload satisfies one");
    }
  }
}
