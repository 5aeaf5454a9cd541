package io.heraldmesh.policy;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.TokenAuthentication;
import io.heraldmesh.jwt.TokenCache;
import io.heraldmesh.jwt.TokenCarrier;
import io.heraldmesh.jwt.TokenResult;
import io.heraldmesh.jwt.VerifiedToken;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One of the {@code origins}, compiled. All tokens that stand at its places must be good ones of
 * its issuer, so that no other hides behind one that is.
 */
final class OriginMethod {
  private static final String ORIGINAL_CLAIMS = "original_claims";

  private final AuthenticationPolicy.Origin origin;
  private final Triggers triggers;
  private final TokenAuthentication authentication;

  OriginMethod(AuthenticationPolicy.Origin origin, Crypto crypto, TokenCache verified) {
    this.origin = origin;
    this.triggers = new Triggers(origin.triggers());
    this.authentication = new TokenAuthentication(List.of(origin.rule()), crypto, verified);
  }

  sealed interface Outcome {}

  record Proved(VerifiedToken token) implements Outcome {}

  /**
   * @param why for operators
   * @param keysMissing with the keys of the issuer it might have been proved
   */
  record Failed(String why, boolean keysMissing) implements Outcome {}

  /** Whether it is asked on this path. */
  boolean isTriggered(Target target) {
    return triggers.matches(target.path());
  }

  Outcome authenticate(TokenCarrier request, KeySets keys, Instant now) {
    return switch (authentication.authenticate(request, keys, now)) {
      case TokenAuthentication.Result.Refused(TokenResult.Refused why) ->
          failed(why.body(), why.status() == 503);
      case TokenAuthentication.Result.Passed passed when passed.tokens().isEmpty() ->
          failed("Jwt is missing", false);
      case TokenAuthentication.Result.Passed passed -> proved(passed.tokens().getFirst());
    };
  }

  private Outcome proved(VerifiedToken token) {
    if (!origin.exchanged()) {
      return new Proved(token);
    }
    VerifiedToken original = original(token);
    return original == null
        ? failed("the exchanged token has no " + ORIGINAL_CLAIMS, false)
        : new Proved(original);
  }

  private Failed failed(String why, boolean keysMissing) {
    return new Failed(origin.rule().issuer() + ": " + why, keysMissing);
  }

  /** A gateway vouches for the claims of the token that it exchanged. */
  private static @Nullable VerifiedToken original(VerifiedToken token) {
    if (!(token.claims().get(ORIGINAL_CLAIMS) instanceof Map<?, ?> claims)) {
      return null;
    }
    @SuppressWarnings("unchecked") // keys of a JSON object
    Map<String, @Nullable Object> named = (Map<String, @Nullable Object>) claims;
    String issuer = text(named.get("iss"));
    return new VerifiedToken(
        token.rule(),
        issuer == null ? "" : issuer,
        issuer == null ? null : text(named.get("sub")),
        audiences(named.get("aud")),
        named,
        token.payload());
  }

  private static @Nullable String text(@Nullable Object claim) {
    return claim instanceof String text ? text : null;
  }

  private static List<String> audiences(@Nullable Object claim) {
    return switch (claim) {
      case String one -> List.of(one);
      case List<?> many ->
          many.stream().filter(String.class::isInstance).map(String.class::cast).toList();
      case null, default -> List.of();
    };
  }
}
