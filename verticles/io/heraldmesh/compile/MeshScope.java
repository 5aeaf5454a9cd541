package io.heraldmesh.compile;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.policy.PathNormalization;
import io.heraldmesh.resource.MeshConfig;
import io.heraldmesh.resource.Metadata;
import io.heraldmesh.resource.Resource;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.Selector;
import io.heraldmesh.resource.problem.Located;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The resources together with what holds for the whole mesh.
 *
 * @param trustDomains the mesh's own first, then its aliases
 */
record MeshScope(Resources resources, MeshConfig config, List<TrustDomain> trustDomains) {
  static MeshScope of(Resources resources, TrustDomain unlessConfigured) {
    MeshConfig config = resources.meshConfig();
    Located<String> own = config.trustDomain();
    List<TrustDomain> domains = new ArrayList<>();
    domains.add(own == null ? unlessConfigured : new TrustDomain(own.value()));
    for (Located<String> alias : config.trustDomainAliases()) {
      TrustDomain domain = new TrustDomain(alias.value());
      if (!domains.contains(domain)) {
        domains.add(domain);
      }
    }
    return new MeshScope(resources, config, List.copyOf(domains));
  }

  <T extends Resource> List<T> of(Class<T> kind) {
    return resources.of(kind);
  }

  /**
   * Those of one kind, the oldest first: where only one may hold, it is the first. Those that do
   * not know their age come after those that do; of equal age the first by name.
   */
  <T extends Resource> List<T> oldestFirst(Class<T> kind) {
    return of(kind).stream()
        .sorted(Comparator.comparing(Resource::metadata, Metadata.OLDEST_FIRST))
        .toList();
  }

  boolean isRoot(Metadata metadata) {
    return metadata.namespace().equals(config.rootNamespace());
  }

  /** Whether a policy of the root namespace or the workload's own selects the workload. */
  boolean selects(
      Metadata metadata, Selector selector, String namespace, Map<String, String> labels) {
    return (isRoot(metadata) || metadata.namespace().equals(namespace)) && selector.matches(labels);
  }

  /** The identities that a service account may show: one in each of the mesh's trust domains. */
  List<SpiffeId> identities(String namespace, String serviceAccount) {
    return trustDomains.stream()
        .map(domain -> SpiffeId.workload(domain, namespace, serviceAccount))
        .toList();
  }

  /** How request paths are normalized. */
  PathNormalization normalization() {
    return switch (config.pathNormalization()) {
      case NONE -> PathNormalization.NONE;
      case BASE -> PathNormalization.BASE;
      case MERGE_SLASHES -> PathNormalization.MERGE_SLASHES;
      case DECODE_AND_MERGE_SLASHES -> PathNormalization.DECODE_AND_MERGE_SLASHES;
    };
  }
}
