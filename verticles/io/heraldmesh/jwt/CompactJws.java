package io.heraldmesh.jwt;

import java.nio.charset.StandardCharsets;

/**
 * A JWS in compact serialization (RFC 7515 section 7.1), split and decoded; nothing in it has been
 * checked but its form.
 *
 * @param signingInput the octets that the signature is over
 * @param payloadText the payload as it stands in the token
 */
@SuppressWarnings("ArrayRecordComponent") // lives as long as one verification
record CompactJws(
    byte[] header, byte[] payload, byte[] signature, byte[] signingInput, String payloadText) {
  /** The longest token that is looked at, in characters. */
  static final int MAX_LENGTH = 16 * 1024;

  static CompactJws parse(String token) throws RefusedToken {
    if (token.length() > MAX_LENGTH) {
      throw new RefusedToken(TokenRefusal.TOO_LARGE);
    }
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    if (first <= 0 || second < 0 || token.indexOf('.', second + 1) >= 0) {
      throw new RefusedToken(TokenRefusal.MALFORMED);
    }
    String payload = token.substring(first + 1, second);
    return new CompactJws(
        decode(token.substring(0, first), TokenRefusal.HEADER_ENCODING),
        decode(payload, TokenRefusal.PAYLOAD_ENCODING),
        decode(token.substring(second + 1), TokenRefusal.SIGNATURE_ENCODING),
        token.substring(0, second).getBytes(StandardCharsets.US_ASCII),
        payload);
  }

  private static byte[] decode(String section, TokenRefusal refusal) throws RefusedToken {
    byte[] octets = Base64Url.decode(section);
    if (octets == null) {
      throw new RefusedToken(refusal);
    }
    return octets;
  }
}
