package io.heraldmesh.jwt;

import java.util.List;

/**
 * A token as it was found, not checked at all.
 *
 * @param token the text; may be anything, also empty
 * @param rules those that look for tokens at this place; it must satisfy one of them
 */
public record FoundToken(String token, TokenLocation location, List<JwtRule> rules) {

  public FoundToken {
    rules = List.copyOf(rules);
  }

  /** Says where, never what. */
  @Override
  public String toString() {
    return "FoundToken[" + location + "]";
  }
}
