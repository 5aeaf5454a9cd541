package io.heraldmesh.resource;

import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Istio's MeshConfig, from ConfigMap {@code istio} or {@code herald.io/v1alpha1 MeshConfig}. Where
 * a field was not written it holds the default.
 *
 * @param trustDomain null when not written: the node file may say it, otherwise {@link
 *     #DEFAULT_TRUST_DOMAIN}
 * @param trustDomainAliases trust domains that are treated as the mesh's own
 * @param rootNamespace whose policies hold for the whole mesh
 * @param registryOnly {@code outboundTrafficPolicy.mode} is REGISTRY_ONLY
 * @param numTrustedProxies proxies in front of the mesh whose X-Forwarded-For entry is trusted
 */
public record MeshConfig(
    Metadata metadata,
    @Nullable Located<String> trustDomain,
    List<Located<String>> trustDomainAliases,
    String rootNamespace,
    Normalization pathNormalization,
    boolean enableAutoMtls,
    boolean registryOnly,
    TlsProtocol minProtocolVersion,
    int numTrustedProxies)
    implements Resource {
  public static final String DEFAULT_TRUST_DOMAIN = "cluster.local";
  public static final String DEFAULT_ROOT_NAMESPACE = "istio-system";

  /** What holds when no mesh configuration was written. */
  public static final MeshConfig DEFAULT =
      new MeshConfig(
          new Metadata("default", "", Map.of(), Map.of(), null, Position.startOf("")),
          null,
          List.of(),
          DEFAULT_ROOT_NAMESPACE,
          Normalization.BASE,
          true,
          false,
          TlsProtocol.TLSV1_2,
          0);

  public MeshConfig {
    trustDomainAliases = List.copyOf(trustDomainAliases);
  }

  /** {@code pathNormalization.normalization}; Istio's DEFAULT is read as BASE. */
  public enum Normalization {
    NONE,
    BASE,
    MERGE_SLASHES,
    DECODE_AND_MERGE_SLASHES
  }

  /** {@code meshMTLS.minProtocolVersion}; Istio's TLS_AUTO is read as TLSV1_2. */
  public enum TlsProtocol {
    TLSV1_2,
    TLSV1_3
  }
}
