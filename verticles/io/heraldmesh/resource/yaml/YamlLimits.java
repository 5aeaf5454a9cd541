package io.heraldmesh.resource.yaml;

/**
 * What one file may hold at most. Bounds memory and time before anything is decoded.
 *
 * @param bytes size of the file
 * @param depth of nested lists and mappings
 * @param nodes keys, values and collections together
 */
public record YamlLimits(int bytes, int depth, int nodes) {
  /** Room for ten thousand policies in one file. */
  public static final YamlLimits DEFAULT = new YamlLimits(4 << 20, 64, 1_000_000);
}
