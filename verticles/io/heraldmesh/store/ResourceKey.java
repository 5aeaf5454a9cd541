package io.heraldmesh.store;

import java.util.Comparator;

/**
 * Which resource it is.
 *
 * @param kind group and kind, such as {@code security.istio.io/AuthorizationPolicy}; the version is
 *     part of the content
 * @param namespace empty: it has none
 */
public record ResourceKey(String kind, String namespace, String name)
    implements Comparable<ResourceKey> {
  private static final Comparator<ResourceKey> ORDER =
      Comparator.comparing(ResourceKey::kind)
          .thenComparing(ResourceKey::namespace)
          .thenComparing(ResourceKey::name);

  public ResourceKey {
    Words.name("kind", kind);
    if (!namespace.isEmpty()) {
      Words.name("namespace", namespace);
    }
    Words.name("name", name);
  }

  @Override
  public int compareTo(ResourceKey other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return kind + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
  }
}
