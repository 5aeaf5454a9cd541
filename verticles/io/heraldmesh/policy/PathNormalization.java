package io.heraldmesh.policy;

/** MeshConfig {@code pathNormalization.normalization}; Istio's DEFAULT is BASE. */
public enum PathNormalization {
  NONE,
  BASE,
  MERGE_SLASHES,
  DECODE_AND_MERGE_SLASHES;

  /** A path, which starts with {@code /}, as it is decided on and forwarded. */
  public String normalize(String path) {
    return this == NONE ? path : PathNormalizer.normalize(path, this);
  }
}
