package io.heraldmesh.policy;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.jwt.Challenge;
import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.TokenAuthentication;
import io.heraldmesh.jwt.TokenCache;
import io.heraldmesh.jwt.TokenCarrier;
import io.heraldmesh.jwt.TokenRefusal;
import io.heraldmesh.jwt.TokenResult;
import io.heraldmesh.jwt.VerifiedToken;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** RequestAuthentication in front of one workload: what its rules make of a request. */
final class TokenStep {
  /** Seconds after which a caller may try again when no key set has come yet. */
  private static final Header RETRY_AFTER = new Header("retry-after", "5");

  private final TokenAuthentication authentication;
  private final OwnedHeaders outputs;

  TokenStep(List<JwtRule> rules, Crypto crypto, TokenCache cache) {
    this.authentication = new TokenAuthentication(rules, crypto, cache);
    this.outputs = new OwnedHeaders(rules);
  }

  sealed interface Outcome {}

  /**
   * @param tokens all verified; none when the request had none
   * @param changes to the request, seen by authorization and by the service
   */
  record Passed(List<VerifiedToken> tokens, TokenChanges changes) implements Outcome {}

  /** A token is not valid. */
  record Refused(int status, String body, List<Header> headers, Reason reason) implements Outcome {}

  Outcome check(RequestHead request, Target target, KeySets keys, Instant now) {
    Set<String> owned = outputs.of(request);
    if (isPreflight(request)) {
      return new Passed(List.of(), TokenChanges.without(owned));
    }
    return switch (authentication.authenticate(new Carrier(request, target.query()), keys, now)) {
      case TokenAuthentication.Result.Refused(TokenResult.Refused why) ->
          refused(why, request, target);
      case TokenAuthentication.Result.Passed passed ->
          new Passed(passed.tokens(), TokenChanges.of(passed, owned));
    };
  }

  /** A browser sends no token with a CORS preflight; Istio lets it pass to the service. */
  static boolean isPreflight(RequestHead request) {
    return request.method().equals("OPTIONS")
        && says(request, "origin")
        && says(request, "access-control-request-method");
  }

  private static boolean says(RequestHead request, String header) {
    return request.values(header).stream().anyMatch(value -> !value.isBlank());
  }

  /** Answers 503: the keys that could tell were never fetched. */
  static Refused keysMissing(String policy, String detail) {
    TokenRefusal refusal = TokenRefusal.KEYS_NEVER_FETCHED;
    return new Refused(
        refusal.status(),
        refusal.body(),
        List.of(RETRY_AFTER),
        new Reason(refusal.code(), detail, policy, -1));
  }

  private static Refused refused(TokenResult.Refused why, RequestHead request, Target target) {
    List<Header> headers = new ArrayList<>(1);
    if (why.status() == 503) {
      headers.add(RETRY_AFTER);
    } else {
      String host = request.authority().strip();
      headers.add(
          new Header(
              "www-authenticate", Challenge.invalidToken(request.scheme(), host, target.path())));
    }
    return new Refused(
        why.status(),
        why.body(),
        List.copyOf(headers),
        new Reason(why.reason().code(), "a token was refused: " + why.body()));
  }

  record Carrier(RequestHead request, String query) implements TokenCarrier {
    @Override
    public List<String> headerValues(String name) {
      return request.values(name);
    }
  }
}
