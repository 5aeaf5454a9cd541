package io.heraldmesh.resource.read;

import io.heraldmesh.resource.MeshConfig;
import io.heraldmesh.resource.MeshConfig.Normalization;
import io.heraldmesh.resource.MeshConfig.TlsProtocol;
import io.heraldmesh.resource.Metadata;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import io.heraldmesh.resource.yaml.YamlDocument;
import io.heraldmesh.resource.yaml.YamlReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Source: Istio mesh/v1alpha1/config.proto, the fields that Herald acts on. */
final class MeshConfigDecoder {
  private MeshConfigDecoder() {}

  /** {@code herald.io/v1alpha1 MeshConfig}. */
  static MeshConfig decode(Fields document) {
    Metadata metadata = MetadataDecoder.optional(document, "mesh");
    return document.required("spec").decode(spec -> decode(metadata, spec));
  }

  /** ConfigMap {@code istio}: {@code data.mesh} is YAML of its own. Null: not that ConfigMap. */
  static @Nullable MeshConfig configMap(Fields document) {
    Metadata metadata = MetadataDecoder.namespaced(document);
    if (!metadata.name().equals("istio")) {
      document.problem(
          ProblemCode.KIND_NOT_READ, "of ConfigMaps only \"istio\" is read, for its mesh config");
      return null;
    }
    if (!isOfRoot(document, metadata.namespace())) {
      document.problem(
          ProblemCode.KIND_NOT_READ,
          "of ConfigMaps \"istio\" only the one in the root namespace is read, for its mesh config");
      return null;
    }
    Value mesh = document.required("data").decode(data -> data.required("mesh"));
    List<YamlDocument> texts = new YamlReader(mesh.problems()).readEmbedded(mesh);
    if (texts.isEmpty()) {
      return new MeshConfig(
          metadata,
          null,
          List.of(),
          MeshConfig.DEFAULT_ROOT_NAMESPACE,
          Normalization.BASE,
          true,
          false,
          TlsProtocol.TLSV1_2,
          0);
    }
    return texts.getFirst().value(mesh.problems()).decode(spec -> decode(metadata, spec));
  }

  /**
   * Whether it is the mesh's: in the root namespace, Istio's default one or the one that it names
   * itself. Without a namespace it is whoever applies it that says which.
   */
  private static boolean isOfRoot(Fields document, String namespace) {
    boolean anywhere = !document.required("metadata").lenient().decode(f -> f.has("namespace"));
    return anywhere
        || namespace.equals(MeshConfig.DEFAULT_ROOT_NAMESPACE)
        || namespace.equals(ownRoot(document));
  }

  /** {@code rootNamespace} in its text, whatever else may be wrong there. */
  private static @Nullable String ownRoot(Fields document) {
    ProblemCollector ignored = new ProblemCollector();
    Value mesh = document.optional("data").lenient().decode(data -> data.optional("mesh"));
    for (YamlDocument text : new YamlReader(ignored).readEmbedded(mesh)) {
      Located<String> root =
          text.value(ignored).decodeOrNull(f -> f.optional("rootNamespace").textOrNull());
      if (root != null) {
        return root.value();
      }
    }
    return null;
  }

  private static MeshConfig decode(Metadata metadata, Fields f) {
    Value trustDomain = f.optional("trustDomain");
    Value aliases = f.optional("trustDomainAliases");
    Value root = f.optional("rootNamespace");
    MeshConfig config =
        new MeshConfig(
            metadata,
            trustDomain.nonEmptyTextOrNull(),
            aliases.texts(),
            root.isPresent() ? namespace(root) : MeshConfig.DEFAULT_ROOT_NAMESPACE,
            f.optional("pathNormalization").decode(MeshConfigDecoder::normalization),
            f.optional("enableAutoMtls").bool(true),
            f.optional("outboundTrafficPolicy").decode(MeshConfigDecoder::registryOnly),
            f.optional("meshMTLS").decode(MeshConfigDecoder::minProtocolVersion),
            f.optional("defaultConfig").lenient().decode(MeshConfigDecoder::trustedProxies));
    Located<String> own = config.trustDomain();
    if (own != null && !own.value().isEmpty()) {
      Names.requireTrustDomain(own, trustDomain.problems());
    }
    config.trustDomainAliases().stream()
        .filter(a -> !a.value().isEmpty())
        .forEach(a -> Names.requireTrustDomain(a, aliases.problems()));
    f.notEnforced(
        "ca",
        "caCertificates",
        "certificates",
        "defaultDestinationRuleExportTo",
        "defaultHttpRetryPolicy",
        "defaultServiceExportTo",
        "defaultVirtualServiceExportTo",
        "discoverySelectors",
        "extensionProviders",
        "inboundTrafficPolicy",
        "localityLbSetting",
        "protocolDetectionTimeout",
        "serviceSettings",
        "tlsDefaults",
        "verifyCertificateAtClient");
    f.withoutEffect(
        "accessLogEncoding",
        "accessLogFile",
        "accessLogFormat",
        "configSources",
        "connectTimeout",
        "defaultProviders",
        "disableEnvoyListenerLog",
        "dnsRefreshRate",
        "enableEnvoyAccessLogService",
        "enablePrometheusMerge",
        "enableTracing",
        "h2UpgradePolicy",
        "inboundClusterStatName",
        "ingressClass",
        "ingressControllerMode",
        "ingressSelector",
        "ingressService",
        "outboundClusterStatName",
        "proxyHttpPort",
        "proxyInboundListenPort",
        "proxyListenPort",
        "tcpKeepalive");
    return config;
  }

  private static String namespace(Value written) {
    Located<String> name = written.nonEmptyText();
    Names.requireNamespace(name, written.problems());
    return name.value();
  }

  private static Normalization normalization(Fields f) {
    WrittenNormalization written =
        f.optional("normalization")
            .oneOf(WrittenNormalization.class, WrittenNormalization.DEFAULT)
            .value();
    return switch (written) {
      case DEFAULT, BASE -> Normalization.BASE;
      case NONE -> Normalization.NONE;
      case MERGE_SLASHES -> Normalization.MERGE_SLASHES;
      case DECODE_AND_MERGE_SLASHES -> Normalization.DECODE_AND_MERGE_SLASHES;
    };
  }

  private static boolean registryOnly(Fields f) {
    return f.optional("mode").oneOf(Outbound.class, Outbound.ALLOW_ANY).value()
        == Outbound.REGISTRY_ONLY;
  }

  private static TlsProtocol minProtocolVersion(Fields f) {
    f.notEnforced("cipherSuites", "ecdhCurves");
    WrittenProtocol written =
        f.optional("minProtocolVersion")
            .oneOf(WrittenProtocol.class, WrittenProtocol.TLS_AUTO)
            .value();
    return switch (written) {
      case TLS_AUTO, TLSV1_2 -> TlsProtocol.TLSV1_2;
      case TLSV1_3 -> TlsProtocol.TLSV1_3;
    };
  }

  /** The rest of {@code defaultConfig} sets up Envoy and is passed over. */
  private static int trustedProxies(Fields f) {
    return f.optional("gatewayTopology")
        .decode(
            topology -> {
              topology.notEnforced("forwardClientCertDetails", "proxyProtocol");
              return topology.optional("numTrustedProxies").integer(0, 100, 0).value();
            });
  }

  private enum WrittenNormalization {
    DEFAULT,
    NONE,
    BASE,
    MERGE_SLASHES,
    DECODE_AND_MERGE_SLASHES
  }

  private enum WrittenProtocol {
    TLS_AUTO,
    TLSV1_2,
    TLSV1_3
  }

  private enum Outbound {
    REGISTRY_ONLY,
    ALLOW_ANY
  }
}
