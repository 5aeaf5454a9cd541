package io.heraldmesh.node;

/** What a node does; one process may do several. */
public enum Role {
  CA,
  CONFIG,
  PROXY,
  ADMIN,
  GATEWAY
}
