package io.heraldmesh.jwt;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * What a verified token is known by: its octets, all of them, and the rules it was verified under,
 * which are those of one compiled workload at one place of a request.
 */
final class TokenKey {
  private final byte[] token;
  private final TokenAuthentication rules;
  private final TokenLocation place;
  private final int hash;

  /**
   * @param rules compared as an object: another workload's are never these, however alike
   */
  TokenKey(String token, TokenAuthentication rules, TokenLocation place) {
    this.token = token.getBytes(StandardCharsets.UTF_8);
    this.rules = rules;
    this.place = place;
    this.hash = 31 * (31 * token.hashCode() + System.identityHashCode(rules)) + place.hashCode();
  }

  int length() {
    return token.length;
  }

  /** The octets are compared in a time that does not tell how many of them agree. */
  @Override
  public boolean equals(Object other) {
    return other instanceof TokenKey that
        && hash == that.hash
        && rules == that.rules
        && place.equals(that.place)
        && MessageDigest.isEqual(token, that.token);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Says where, never what. */
  @Override
  public String toString() {
    return "TokenKey[" + place + "]";
  }
}
