package io.heraldmesh.policy;

/** MeshConfig {@code pathNormalization.normalization}; Istio's DEFAULT is BASE. */
public enum PathNormalization {
  NONE,
  BASE,
  MERGE_SLASHES,
  DECODE_AND_MERGE_SLASHES
}
