package io.heraldmesh.jwt;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A token that passed every check of one {@link JwtRule}.
 *
 * @param claims the payload; values are String, Long, Double, Boolean, List, Map or null, immutable
 * @param payload the payload as it stands in the token: base64url, unpadded
 */
public record VerifiedToken(
    JwtRule rule,
    String issuer,
    @Nullable String subject,
    List<String> audiences,
    @Nullable String presenter,
    Map<String, @Nullable Object> claims,
    String payload) {

  /** {@code iss/sub}, or null when there is no subject. */
  public @Nullable String principal() {
    return subject == null ? null : issuer + "/" + subject;
  }
}
