package io.heraldmesh.identity;

import java.util.Locale;

/** What one of Herald's own identities may act as; one leaf per role. */
public enum HeraldRole {
  CA,
  CONFIG,
  ADMIN,
  NODE,
  OPERATOR;

  /** The word in the SPIFFE ID's path. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
