package io.heraldmesh.ca;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/** A passphrase in a file of its own: its first line. */
public final class Passphrase {
  private static final int MAX_BYTES = 4096;
  private static final int RANDOM_BYTES = 32;

  private Passphrase() {}

  /**
   * The caller wipes what it gets.
   *
   * @throws AuthorityException when the file is not there, open to others, empty or not text
   */
  public static char[] read(Path file) {
    byte[] bytes = PrivateFile.read(file, "passphrase file", MAX_BYTES);
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      int end = 0;
      while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
        end++;
      }
      if (end == 0) {
        throw new AuthorityException(file + ": passphrase file has an empty first line");
      }
      return Arrays.copyOf(text.array(), end);
    } catch (CharacterCodingException e) {
      throw new AuthorityException(file + ": passphrase file is not UTF-8 text", e);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  static void create(Path file, SecureRandom random) {
    byte[] secret = new byte[RANDOM_BYTES];
    random.nextBytes(secret);
    PrivateFile.create(
        file,
        (HexFormat.of().formatHex(secret) + "\n").getBytes(StandardCharsets.US_ASCII),
        "passphrase file");
  }
}
