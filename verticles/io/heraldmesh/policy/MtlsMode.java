package io.heraldmesh.policy;

/** PeerAuthentication mode after inheritance (there is no UNSET here). */
public enum MtlsMode {
  DISABLE,
  PERMISSIVE,
  STRICT
}
