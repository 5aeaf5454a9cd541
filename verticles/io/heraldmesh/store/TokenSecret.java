package io.heraldmesh.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The secret of a join token: 256 random bits. It is long enough that a plain SHA-256 of it tells
 * nothing about it.
 */
public final class TokenSecret {
  private static final int BYTES = 32;

  private final String text;

  private TokenSecret(String text) {
    this.text = text;
  }

  public static TokenSecret random(SecureRandom random) {
    byte[] bytes = new byte[BYTES];
    String text;
    do {
      random.nextBytes(bytes);
      text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    } while (text.startsWith("-")); // A word of a command line that begins so is an option.
    return new TokenSecret(text);
  }

  /** A token as it was presented; any text. */
  public static TokenSecret presented(String text) {
    return new TokenSecret(text);
  }

  /** The token itself, to be handed to whoever may join. */
  public String reveal() {
    return text;
  }

  /** What the database knows of it. */
  public String hash() {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return "TokenSecret[…]";
  }
}
