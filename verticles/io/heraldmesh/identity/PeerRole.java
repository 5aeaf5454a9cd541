package io.heraldmesh.identity;

/** In which role the peer showed its certificate; decides the extended key usage it must have. */
public enum PeerRole {
  CLIENT,
  SERVER
}
