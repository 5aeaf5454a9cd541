package io.heraldmesh.jwt;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * base64url as RFC 7515 section 2 wants it: no padding, no white space, and no unused bits set, so
 * that every octet string has exactly one spelling.
 */
final class Base64Url {
  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  private Base64Url() {}

  /** The octets, or null when the text is not the one spelling of any. */
  static byte @Nullable [] decode(String text) {
    int rest = text.length() % 4;
    if (rest == 1) {
      return null;
    }
    for (int i = 0; i < text.length(); i++) {
      if (digit(text.charAt(i)) < 0) {
        return null;
      }
    }
    if (rest != 0) {
      int unused = rest == 2 ? 0x0f : 0x03;
      if ((digit(text.charAt(text.length() - 1)) & unused) != 0) {
        return null;
      }
    }
    return DECODER.decode(text);
  }

  static String encode(byte[] octets) {
    return ENCODER.encodeToString(octets);
  }

  private static int digit(char c) {
    if (c >= 'A' && c <= 'Z') {
      return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
      return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
      return c - '0' + 52;
    }
    return c == '-' ? 62 : c == '_' ? 63 : -1;
  }
}
