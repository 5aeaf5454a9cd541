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

  /** Group and kind, such as {@code security.istio.io/PeerAuthentication}. */
  default String type() {
    String group =
        switch (this) {
          case PeerAuthentication p -> "security.istio.io/";
          case RequestAuthentication r -> "security.istio.io/";
          case AuthorizationPolicy a -> "security.istio.io/";
          case AuthenticationPolicy a -> "authentication.istio.io/";
          case ServiceEntry s -> "networking.istio.io/";
          case WorkloadEntry w -> "networking.istio.io/";
          case DestinationRule d -> "networking.istio.io/";
          case PolicyTest t -> "herald.io/";
          case MeshConfig m -> "herald.io/";
          case Deployment d -> "apps/";
          case Service s -> "";
          case ServiceAccount s -> "";
          case Namespace n -> "";
          case Pod p -> "";
        };
    return group + kind();
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
