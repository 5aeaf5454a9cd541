package io.heraldmesh.resource.read;

import io.heraldmesh.resource.Resource;

/**
 * One resource together with what was written, so that it can be kept and shown again.
 *
 * @param group of its {@code apiVersion}; empty for the core group
 * @param kind as it is written in YAML
 * @param text the document that holds it and nothing else; for an item of a {@code List}, the item
 *     written out as YAML
 */
public record ResourceDocument(String group, String kind, Resource resource, String text) {

  /** Group and kind as one word, such as {@code security.istio.io/PeerAuthentication}. */
  public String type() {
    return group.isEmpty() ? kind : group + "/" + kind;
  }
}
