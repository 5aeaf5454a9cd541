package io.heraldmesh.jwt;

import io.heraldmesh.crypto.Crypto;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Checks tokens against rules. Immutable but for keys cached by the rules' own key sets;
 * thread-safe. Costs at most {@value #MAX_KEYS_TRIED} signature checks a token, and one as a rule.
 */
public final class TokenVerifier {
  /** Clock skew that {@code exp} and {@code nbf} are given, in seconds, as in Envoy. */
  public static final long SKEW_SECONDS = 60;

  /** A token without {@code kid} is tried against this many keys that fit, no more. */
  public static final int MAX_KEYS_TRIED = 8;

  private final SignatureVerifier signatures;
  private final Map<KeySource.Inline, KeySet> inline;

  /**
   * @param rules whose inline key sets are parsed now. One that is no key set verifies nothing
   */
  public TokenVerifier(Collection<JwtRule> rules, Crypto crypto) {
    this.signatures = new SignatureVerifier(crypto);
    Map<KeySource.Inline, KeySet> parsed = new HashMap<>();
    for (JwtRule rule : rules) {
      if (rule.keys() instanceof KeySource.Inline source) {
        parsed.computeIfAbsent(source, TokenVerifier::parse);
      }
    }
    this.inline = Map.copyOf(parsed);
  }

  /**
   * The checks of a token, in this order. A token must satisfy one of the rules that share the
   * place it was found in.
   *
   * @param rules those of the constructor, or some of them
   */
  public TokenResult verify(String token, List<JwtRule> rules, KeySets keys, Instant now) {
    try {
      return new TokenResult.Verified(check(token, rules, keys, now).token());
    } catch (RefusedToken e) {
      return new TokenResult.Refused(e.refusal());
    }
  }

  /** As {@link #verify}; says also what the answer rests on. */
  Verification check(String token, List<JwtRule> rules, KeySets keys, Instant now)
      throws RefusedToken {
    CompactJws jws = CompactJws.parse(token);
    JwsHeader header = JwsHeader.parse(jws.header());
    Claims claims = Claims.parse(jws.payload());
    List<JwtRule> ofIssuer = ofIssuer(claims, rules);
    checkTime(claims, now.getEpochSecond());
    List<JwtRule> ofAudience = ofAudience(claims, ofIssuer);
    return checkSignature(jws, header, claims, ofAudience, keys);
  }

  private static List<JwtRule> ofIssuer(Claims claims, List<JwtRule> rules) throws RefusedToken {
    List<JwtRule> ofIssuer = new ArrayList<>(rules.size());
    for (JwtRule rule : rules) {
      if (rule.issuer().equals(claims.iss())) {
        ofIssuer.add(rule);
      }
    }
    if (ofIssuer.isEmpty()) {
      throw new RefusedToken(TokenRefusal.ISSUER_UNKNOWN);
    }
    return ofIssuer;
  }

  /** RFC 7519 sections 4.1.4 and 4.1.5. Herald requires {@code exp}; {@code iat} is not checked. */
  private static void checkTime(Claims claims, long now) throws RefusedToken {
    Long exp = claims.exp();
    TokenRefusal refusal =
        exp == null ? TokenRefusal.EXP_MISSING : outOfTime(exp, claims.nbf(), now);
    if (refusal != null) {
      throw new RefusedToken(refusal);
    }
  }

  /** Why a token is not valid at a time, or null when it is; all in seconds since 1970. */
  static @Nullable TokenRefusal outOfTime(long exp, @Nullable Long nbf, long now) {
    if (now - SKEW_SECONDS >= exp) {
      return TokenRefusal.EXPIRED;
    }
    return nbf != null && nbf > now + SKEW_SECONDS ? TokenRefusal.NOT_YET_VALID : null;
  }

  private static List<JwtRule> ofAudience(Claims claims, List<JwtRule> rules) throws RefusedToken {
    List<JwtRule> ofAudience = new ArrayList<>(rules.size());
    for (JwtRule rule : rules) {
      if (rule.audiences().isEmpty()
          || rule.audiences().stream().anyMatch(claims.aud()::contains)) {
        ofAudience.add(rule);
      }
    }
    if (ofAudience.isEmpty()) {
      throw new RefusedToken(TokenRefusal.AUDIENCE);
    }
    return ofAudience;
  }

  /**
   * The first rule under whose keys the signature holds. When none does, a rule whose keys are not
   * there yet decides: with them the answer might have been yes.
   */
  private Verification checkSignature(
      CompactJws jws, JwsHeader header, Claims claims, List<JwtRule> rules, KeySets keys)
      throws RefusedToken {
    TokenRefusal refusal = TokenRefusal.SIGNATURE;
    List<Verification.Keys> passedOver = new ArrayList<>(rules.size() - 1);
    int tried = 0;
    for (JwtRule rule : rules) {
      KeySet set =
          rule.keys() instanceof KeySource.Inline source
              ? inline.getOrDefault(source, KeySet.EMPTY)
              : keys.get(rule.keys());
      Verification.Keys looked = new Verification.Keys(rule.keys(), set);
      if (set == null) {
        refusal = TokenRefusal.KEYS_NEVER_FETCHED;
        passedOver.add(looked);
        continue;
      }
      List<VerificationKey> candidates = set.candidates(header.kid(), header.algorithm());
      if (candidates.isEmpty()) {
        keys.unknownKey(rule.keys());
        if (refusal == TokenRefusal.SIGNATURE && tried == 0) {
          refusal = set.isEmpty() ? TokenRefusal.NO_USABLE_KEY : TokenRefusal.KEY_UNKNOWN;
        }
      }
      for (VerificationKey key : candidates) {
        if (tried++ < MAX_KEYS_TRIED
            && signatures.verify(header.algorithm(), key, jws.signingInput(), jws.signature())) {
          return new Verification(
              verified(rule, claims, jws),
              Objects.requireNonNull(claims.exp(), "time was checked"),
              claims.nbf(),
              key,
              looked,
              List.copyOf(passedOver));
        }
      }
      passedOver.add(looked);
    }
    throw new RefusedToken(refusal);
  }

  private static VerifiedToken verified(JwtRule rule, Claims claims, CompactJws jws) {
    return new VerifiedToken(
        rule, rule.issuer(), claims.sub(), claims.aud(), claims.all(), jws.payloadText());
  }

  private static KeySet parse(KeySource.Inline source) {
    try {
      return KeySet.parse(source.jwks());
    } catch (InvalidKeySet e) {
      return KeySet.EMPTY; // compile reports it; here it must only never verify anything
    }
  }
}
