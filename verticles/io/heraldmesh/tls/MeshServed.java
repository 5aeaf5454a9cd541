package io.heraldmesh.tls;

/** What a server says to the protocols that a client of mesh TLS offers (ALPN). */
public enum MeshServed {
  /** HTTP/2, or else HTTP/1.1. */
  HTTP,
  /** HTTP/1.1, or else HTTP/2: the service gets what the client speaks, so nothing is shared. */
  HTTP_APART,
  /** Nothing. */
  BYTES
}
