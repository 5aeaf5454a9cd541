package io.heraldmesh.jwt;

/** A place in a request where a token may stand. */
public sealed interface TokenLocation {

  /**
   * A header.
   *
   * @param name in lower case
   * @param prefix text in front of the token, which may be empty
   * @param ignoreCase whether the prefix is compared without case, as authentication schemes are
   *     (RFC 9110 section 11.1)
   */
  record Header(String name, String prefix, boolean ignoreCase) implements TokenLocation {}

  /** A query parameter; its name is compared exactly, after decoding. */
  record Param(String name) implements TokenLocation {}

  /** A cookie; its name is compared exactly. */
  record Cookie(String name) implements TokenLocation {}
}
