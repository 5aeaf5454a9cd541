package io.heraldmesh.resource.read;

import io.heraldmesh.resource.AuthenticationPolicy;
import io.heraldmesh.resource.AuthenticationPolicy.Binding;
import io.heraldmesh.resource.AuthenticationPolicy.Origin;
import io.heraldmesh.resource.AuthenticationPolicy.Target;
import io.heraldmesh.resource.Metadata;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Source: Istio authentication/v1alpha1 policy.proto and the validation of Istio 1.4. */
final class AuthenticationPolicyDecoder {
  /** The name of a policy that is for all of its scope, and of no other. */
  private static final String DEFAULT = "default";

  private AuthenticationPolicyDecoder() {}

  static AuthenticationPolicy policy(Fields document) {
    Metadata metadata = MetadataDecoder.namespaced(document);
    return decode(document, metadata, AuthenticationPolicy.POLICY);
  }

  static AuthenticationPolicy meshPolicy(Fields document) {
    Metadata metadata = MetadataDecoder.clusterScoped(document);
    return decode(document, metadata, AuthenticationPolicy.MESH_POLICY);
  }

  private static AuthenticationPolicy decode(Fields document, Metadata metadata, String kind) {
    return document
        .required("spec")
        .decode(
            spec -> {
              Value targets = spec.optional("targets");
              checkScope(metadata, targets, kind);
              return spec(spec, metadata, kind, targets.list(PolicyTargetDecoder::decode));
            });
  }

  private static AuthenticationPolicy spec(
      Fields spec, Metadata metadata, String kind, List<Target> targets) {
    Value peers = spec.optional("peers");
    Value origins = spec.optional("origins");
    Value binding = spec.optional("principalBinding", "principal_binding");
    AuthenticationPolicy policy =
        new AuthenticationPolicy(
            metadata,
            kind,
            targets,
            PeersDecoder.decode(peers),
            flag(spec.optional("peerIsOptional", "peer_is_optional"), peers),
            origins.list(OriginDecoder::decode),
            flag(spec.optional("originIsOptional", "origin_is_optional"), origins),
            binding.oneOf(Binding.class, Binding.USE_PEER));
    if (policy.binding().value() == Binding.USE_ORIGIN && origins.size() == 0) {
      binding.problem(ProblemCode.NO_ORIGIN, "there are no origins to take the principal from");
    }
    checkIssuers(policy.origins(), spec);
    return policy;
  }

  private static void checkScope(Metadata metadata, Value targets, String kind) {
    boolean isDefault = metadata.name().equals(DEFAULT);
    if (kind.equals(AuthenticationPolicy.MESH_POLICY)) {
      if (targets.isPresent()) {
        targets.problem(
            ProblemCode.CONFLICT, "a MeshPolicy has no targets", "use a Policy for a service");
      }
      if (!isDefault && !metadata.name().isEmpty()) {
        targets
            .problems()
            .add(
                metadata.at(),
                ProblemCode.INVALID_POLICY_NAME,
                "the MeshPolicy must be named default",
                "rename it");
      }
    } else if (targets.isPresent() && isDefault) {
      targets.problem(
          ProblemCode.CONFLICT,
          "the policy named default is for the whole namespace and has no targets",
          "remove the targets, or rename the policy");
    } else if (!targets.isPresent() && !isDefault && !metadata.name().isEmpty()) {
      targets
          .problems()
          .add(
              metadata.at(),
              ProblemCode.INVALID_POLICY_NAME,
              "a policy without targets must be named default, not "
                  + Shown.quoted(metadata.name()));
    } else if (targets.isList() && targets.size() == 0) {
      targets.problem(ProblemCode.EMPTY, "targets names no service");
    }
  }

  /** A flag says nothing where there is nothing that could fail. */
  private static Located<Boolean> flag(Value written, Value methods) {
    boolean set = written.bool(false);
    if (set && methods.size() == 0) {
      written.problem(
          ProblemCode.IGNORED_FIELD, "there is nothing to be optional: the list is empty");
    }
    return new Located<>(set, written.at());
  }

  private static void checkIssuers(List<Origin> origins, Fields spec) {
    Set<String> seen = new HashSet<>();
    for (Origin origin : origins) {
      Located<String> issuer = origin.rule().issuer();
      if (!issuer.value().isEmpty() && !seen.add(issuer.value())) {
        spec.optional("origins")
            .problems()
            .add(
                issuer.at(),
                ProblemCode.DUPLICATE_ISSUER,
                "there is a jwt of issuer " + Shown.quoted(issuer.value()) + " before it");
      }
    }
  }
}
