package io.heraldmesh.jwt;

/** A JSON Web Key Set, parsed once: only public signature keys that Herald accepts. Immutable. */
public final class KeySet {
  private KeySet() {}
}
