package io.heraldmesh.jwt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The registered claims of a payload (RFC 7519 section 4.1), each of the type it must have; absent
 * ones are null, or an empty list.
 *
 * @param exp in seconds since 1970
 * @param nbf in seconds since 1970
 * @param all every claim of the payload
 */
record Claims(
    @Nullable String iss,
    @Nullable String sub,
    List<String> aud,
    @Nullable Long exp,
    @Nullable Long nbf,
    Map<String, @Nullable Object> all) {

  /**
   * The end of the year 9999 (RFC 3339). Much later times overflow in other readers of the same
   * token, which then take it for expired, or worse; milliseconds by mistake lie beyond it too.
   */
  private static final long LAST_SECOND = 253_402_300_799L;

  static Claims parse(byte[] json) throws RefusedToken {
    Map<String, @Nullable Object> all;
    try {
      all = StrictJson.object(json);
    } catch (StrictJson.Malformed e) {
      throw new RefusedToken(TokenRefusal.PAYLOAD_JSON);
    }
    String iss = text(all, "iss", TokenRefusal.ISS_TYPE);
    String sub = text(all, "sub", TokenRefusal.SUB_TYPE);
    text(all, "jti", TokenRefusal.JTI_TYPE);
    // which time it is, nobody checks
    time(all, "iat", Long.MAX_VALUE, TokenRefusal.IAT_TYPE, TokenRefusal.IAT_RANGE);
    Long nbf = time(all, "nbf", LAST_SECOND, TokenRefusal.NBF_TYPE, TokenRefusal.NBF_RANGE);
    Long exp = time(all, "exp", LAST_SECOND, TokenRefusal.EXP_TYPE, TokenRefusal.EXP_RANGE);
    return new Claims(iss, sub, audiences(all), exp, nbf, all);
  }

  private static @Nullable String text(
      Map<String, @Nullable Object> claims, String name, TokenRefusal refusal) throws RefusedToken {
    if (!claims.containsKey(name)) {
      return null;
    }
    if (claims.get(name) instanceof String text) {
      return text;
    }
    throw new RefusedToken(refusal);
  }

  /**
   * Seconds since 1970, from 0.
   *
   * @param last the latest that is taken
   */
  private static @Nullable Long time(
      Map<String, @Nullable Object> claims,
      String name,
      long last,
      TokenRefusal type,
      TokenRefusal range)
      throws RefusedToken {
    if (!claims.containsKey(name)) {
      return null;
    }
    Object value = claims.get(name);
    if (value instanceof Long seconds) {
      if (seconds < 0 || seconds > last) {
        throw new RefusedToken(range);
      }
      return seconds;
    }
    boolean beyondLong = value instanceof Double d && Math.abs(d) >= 0x1p63;
    throw new RefusedToken(beyondLong ? range : type);
  }

  private static List<String> audiences(Map<String, @Nullable Object> claims) throws RefusedToken {
    if (!claims.containsKey("aud")) {
      return List.of();
    }
    Object aud = claims.get("aud");
    if (aud instanceof String one) {
      return List.of(one);
    }
    if (!(aud instanceof List<?> list)) {
      throw new RefusedToken(TokenRefusal.AUD_TYPE);
    }
    List<String> audiences = new ArrayList<>(list.size());
    for (Object element : list) {
      if (!(element instanceof String text)) {
        throw new RefusedToken(TokenRefusal.AUD_TYPE);
      }
      audiences.add(text);
    }
    return List.copyOf(audiences);
  }
}
