package io.heraldmesh.jwt;

import io.heraldmesh.crypto.Crypto;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds and checks all tokens of a request under the rules of one workload: no token passes, one
 * that is not valid refuses the request. Immutable; thread-safe.
 */
public final class TokenAuthentication {
  /** More tokens than this in one request are refused, unchecked. */
  public static final int MAX_TOKENS = 8;

  private final TokenExtractor extractor;
  private final TokenVerifier verifier;
  private final TokenCache cache;

  public TokenAuthentication(List<JwtRule> rules, Crypto crypto) {
    this(rules, crypto, TokenCache.OFF);
  }

  /**
   * @param cache remembers tokens that passed; may be shared with other workloads
   */
  public TokenAuthentication(List<JwtRule> rules, Crypto crypto, TokenCache cache) {
    this.extractor = new TokenExtractor(rules);
    this.verifier = new TokenVerifier(rules, crypto);
    this.cache = cache;
  }

  /** What became of a request. */
  public sealed interface Result {

    /**
     * Every token is valid.
     *
     * @param tokens in the order of the rules; empty when the request has none
     * @param removeHeaders names, in lower case, of headers that carried a token and must not go
     *     upstream
     * @param removeParams names of query parameters that must not go upstream; see {@link
     *     QueryString#without}
     */
    record Passed(List<VerifiedToken> tokens, Set<String> removeHeaders, Set<String> removeParams)
        implements Result {
      public Passed {
        tokens = List.copyOf(tokens);
        removeHeaders = Set.copyOf(removeHeaders);
        removeParams = Set.copyOf(removeParams);
      }
    }

    /** One of them is not. */
    record Refused(TokenResult.Refused why) implements Result {}
  }

  public Result authenticate(TokenCarrier request, KeySets keys, Instant now) {
    List<FoundToken> found = extractor.find(request);
    if (found.size() > MAX_TOKENS) {
      return new Result.Refused(new TokenResult.Refused(TokenRefusal.TOO_MANY_TOKENS));
    }
    List<VerifiedToken> tokens = new ArrayList<>(found.size());
    Set<String> headers = new LinkedHashSet<>();
    Set<String> params = new LinkedHashSet<>();
    for (FoundToken one : found) {
      switch (verify(one, keys, now)) {
        case TokenResult.Refused refused -> {
          return new Result.Refused(refused);
        }
        case TokenResult.Verified(VerifiedToken token) -> {
          tokens.add(token);
          if (!token.rule().forwardOriginalToken()) {
            takeOff(one.location(), headers, params);
          }
        }
      }
    }
    return new Result.Passed(tokens, headers, params);
  }

  private TokenResult verify(FoundToken found, KeySets keys, Instant now) {
    if (!cache.isOn()) {
      return verifier.verify(found.token(), found.rules(), keys, now);
    }
    TokenKey token = new TokenKey(found.token(), this, found.location());
    Verification known = cache.find(token, keys, now);
    if (known != null) {
      return new TokenResult.Verified(known.token());
    }
    try {
      Verification fresh = verifier.check(found.token(), found.rules(), keys, now);
      cache.keep(token, fresh);
      return new TokenResult.Verified(fresh.token());
    } catch (RefusedToken e) {
      return new TokenResult.Refused(e.refusal());
    }
  }

  /** As in Envoy, a cookie stays: the header carries other cookies too. */
  private static void takeOff(TokenLocation location, Set<String> headers, Set<String> params) {
    switch (location) {
      case TokenLocation.Header header -> headers.add(header.name());
      case TokenLocation.Param param -> params.add(param.name());
      case TokenLocation.Cookie cookie -> {}
    }
  }
}
