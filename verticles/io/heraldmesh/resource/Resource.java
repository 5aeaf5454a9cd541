package io.heraldmesh.resource;

import java.util.Locale;

/** One object that a user wrote and Herald understands. Immutable. */
public sealed interface Resource
    permits PeerAuthentication,
        RequestAuthentication,
        AuthorizationPolicy,
        AuthenticationPolicy,
        Service,
        ServiceAccount,
        Namespace,
        ServiceEntry,
        WorkloadEntry,
        Pod,
        Deployment,
        DestinationRule,
        PolicyTest,
        MeshConfig {

  Metadata metadata();

  /** The kind as it is written in YAML. */
  default String kind() {
    return getClass().getSimpleName();
  }

  /** True for the kinds that decide about requests; losing the last of them is suspicious. */
  default boolean isPolicy() {
    return switch (this) {
      case PeerAuthentication p -> true;
      case RequestAuthentication r -> true;
      case AuthorizationPolicy a -> true;
      case AuthenticationPolicy a -> true;
      case Service s -> false;
      case ServiceAccount s -> false;
      case Namespace n -> false;
      case ServiceEntry s -> false;
      case WorkloadEntry w -> false;
      case Pod p -> false;
      case Deployment d -> false;
      case DestinationRule d -> false;
      case PolicyTest t -> false;
      case MeshConfig m -> false;
    };
  }

  /** How a message speaks of it, such as {@code peerauthentication foo/default}. */
  default String describe() {
    String namespace = metadata().namespace();
    return kind().toLowerCase(Locale.ROOT)
        + " "
        + (namespace.isEmpty() ? "" : namespace + "/")
        + metadata().name();
  }
}
