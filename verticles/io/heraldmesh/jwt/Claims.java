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
    time(all, "iat", TokenRefusal.IAT_TYPE, null); // any time: it is not checked
    Long nbf = time(all, "nbf", TokenRefusal.NBF_TYPE, TokenRefusal.NBF_RANGE);
    Long exp = time(all, "exp", TokenRefusal.EXP_TYPE, TokenRefusal.EXP_RANGE);
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
   * Seconds since 1970, as large as 64 bits hold: how late is too late is not for us to say.
   *
   * @param range the refusal of others; null: every whole number will do
   */
  private static @Nullable Long time(
      Map<String, @Nullable Object> claims,
      String name,
      TokenRefusal type,
      @Nullable TokenRefusal range)
      throws RefusedToken {
    if (!claims.containsKey(name)) {
      return null;
    }
    Object value = claims.get(name);
    boolean beyondLong = value instanceof Double d && Math.abs(d) >= 0x1p63;
    if (!(value instanceof Long) && !beyondLong) {
      throw new RefusedToken(type);
    }
    if (value instanceof Long seconds && seconds >= 0) {
      return seconds;
    }
    if (range != null) {
      throw new RefusedToken(range);
    }
    return null;
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
