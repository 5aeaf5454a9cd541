package io.heraldmesh.resource.read;

import io.heraldmesh.resource.AuthenticationPolicy;
import io.heraldmesh.resource.Namespace;
import io.heraldmesh.resource.Resource;
import io.heraldmesh.resource.ServiceAccount;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Spelling;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The kinds Herald knows: those it reads, and those whose misspelling must not pass for another.
 */
final class Kinds {
  private static final List<String> SECURITY = List.of("v1", "v1beta1");
  private static final List<String> NETWORKING = List.of("v1", "v1beta1", "v1alpha3");
  private static final List<String> ALPHA = List.of("v1alpha1");
  private static final List<String> V1 = List.of("v1");

  private static final List<Kind> ALL =
      List.of(
          read(
              "security.istio.io",
              SECURITY,
              "PeerAuthentication",
              PeerAuthenticationDecoder::decode),
          read(
              "security.istio.io",
              SECURITY,
              "RequestAuthentication",
              RequestAuthenticationDecoder::decode),
          read(
              "security.istio.io",
              SECURITY,
              "AuthorizationPolicy",
              AuthorizationPolicyDecoder::decode),
          read("networking.istio.io", NETWORKING, "ServiceEntry", ServiceEntryDecoder::decode),
          read("networking.istio.io", NETWORKING, "WorkloadEntry", WorkloadAddressDecoder::entry),
          read(
              "networking.istio.io", NETWORKING, "DestinationRule", DestinationRuleDecoder::decode),
          read("herald.io", List.of("v1alpha1"), "MeshConfig", MeshConfigDecoder::decode),
          read("herald.io", List.of("v1alpha1"), "PolicyTest", PolicyTestDecoder::decode),
          core("Service", ServiceDecoder::decode),
          core("ServiceAccount", d -> new ServiceAccount(MetadataDecoder.namespaced(d))),
          core("Namespace", d -> new Namespace(MetadataDecoder.clusterScoped(d))),
          core("ConfigMap", MeshConfigDecoder::configMap),
          core("Pod", PodDecoder::pod),
          new Kind("apps", V1, "Deployment", false, PodDecoder::deployment),
          read(
              "authentication.istio.io",
              ALPHA,
              AuthenticationPolicy.POLICY,
              AuthenticationPolicyDecoder::policy),
          read(
              "authentication.istio.io",
              ALPHA,
              AuthenticationPolicy.MESH_POLICY,
              AuthenticationPolicyDecoder::meshPolicy),
          notRead("networking.istio.io", NETWORKING, "VirtualService"),
          notRead("networking.istio.io", NETWORKING, "WorkloadGroup"),
          notRead("networking.istio.io", NETWORKING, "Gateway"),
          notRead("networking.istio.io", NETWORKING, "Sidecar"),
          notRead("networking.istio.io", NETWORKING, "ProxyConfig"),
          notRead("networking.istio.io", List.of("v1alpha3"), "EnvoyFilter"),
          notRead("telemetry.istio.io", List.of("v1", "v1alpha1"), "Telemetry"),
          notRead("extensions.istio.io", List.of("v1alpha1"), "WasmPlugin"),
          notRead("", V1, "Endpoints"),
          notRead("", V1, "Secret"),
          notRead("discovery.k8s.io", V1, "EndpointSlice"),
          notRead("herald.io", List.of("v1alpha1"), "Node"));

  private Kinds() {}

  /** Those that are read. */
  static List<Kind> read() {
    return ALL.stream().filter(kind -> kind.decoder != null).toList();
  }

  /** Exactly this kind. */
  static Optional<Kind> find(String apiVersion, String kind) {
    String group = group(apiVersion);
    String version = version(apiVersion);
    return ALL.stream()
        .filter(k -> k.group.equals(group) && k.name.equals(kind) && k.versions.contains(version))
        .findFirst();
  }

  /** The known kind that was probably meant: another version, group, case, another letter. */
  static Optional<Kind> near(String apiVersion, String kind) {
    String group = group(apiVersion);
    return ALL.stream()
        .filter(k -> Spelling.isNear(k.name, kind))
        .filter(k -> isNearGroup(k.group, group))
        .findFirst();
  }

  /**
   * A policy of Istio's in the wrong group, or in none, is a mistake; other projects have kinds of
   * the same name in groups that are not like these.
   */
  private static boolean isNearGroup(String known, String written) {
    if (known.isEmpty()) {
      return written.isEmpty();
    }
    boolean istios =
        written.isEmpty() || written.endsWith("istio.io") || written.equals("herald.io");
    return Spelling.isNear(known, written) || istios && known.endsWith("istio.io");
  }

  private static String group(String apiVersion) {
    int slash = apiVersion.lastIndexOf('/');
    return slash < 0 ? "" : apiVersion.substring(0, slash);
  }

  private static String version(String apiVersion) {
    return apiVersion.substring(apiVersion.lastIndexOf('/') + 1);
  }

  private static Kind read(String group, List<String> versions, String name, Decoder decoder) {
    return new Kind(group, versions, name, true, decoder);
  }

  private static Kind core(String name, Decoder decoder) {
    return new Kind("", V1, name, false, decoder);
  }

  private static Kind notRead(String group, List<String> versions, String name) {
    return new Kind(group, versions, name, false, null);
  }

  /**
   * One kind.
   *
   * @param group empty for the core group
   * @param strict unknown fields are errors
   * @param decoder null for a kind that is not read
   */
  record Kind(
      String group, List<String> versions, String name, boolean strict, @Nullable Decoder decoder) {

    String apiVersion() {
      return group.isEmpty() ? versions.getFirst() : group + "/" + versions.getFirst();
    }
  }

  /** Fields of a document to a resource; null when the document is not about Herald after all. */
  interface Decoder {
    @Nullable Resource decode(Fields document);
  }
}
