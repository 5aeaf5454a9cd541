package io.heraldmesh.jwt;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One {@code jwtRules[]} element of a RequestAuthentication, ready to enforce.
 *
 * @param issuer must equal the token's {@code iss}
 * @param audiences any of these must be in {@code aud}; empty: not checked
 * @param fromHeaders with {@code fromParams} and {@code fromCookies}: where a token is looked for.
 *     All three empty: {@code Authorization: Bearer} and the {@code access_token} parameter
 * @param forwardOriginalToken false: the token is taken off the request before it is passed on
 * @param outputPayloadToHeader header that receives the payload, base64url as in the token
 * @param spaceDelimitedClaims claims whose text is a list of words, besides scope and permission; a
 *     nested one is a path with dots
 * @param timeout of one fetch of the keys
 */
public record JwtRule(
    String issuer,
    List<String> audiences,
    KeySource keys,
    List<HeaderLocation> fromHeaders,
    List<String> fromParams,
    List<String> fromCookies,
    boolean forwardOriginalToken,
    @Nullable String outputPayloadToHeader,
    List<ClaimHeader> outputClaimToHeaders,
    Set<String> spaceDelimitedClaims,
    Duration timeout) {
  /** Of a fetch when the rule does not say, as in Istio. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

  public JwtRule {
    audiences = List.copyOf(audiences);
    fromHeaders = List.copyOf(fromHeaders);
    fromParams = List.copyOf(fromParams);
    fromCookies = List.copyOf(fromCookies);
    outputClaimToHeaders = List.copyOf(outputClaimToHeaders);
    spaceDelimitedClaims = Set.copyOf(spaceDelimitedClaims);
  }

  /** A rule with {@link #DEFAULT_TIMEOUT}. */
  public JwtRule(
      String issuer,
      List<String> audiences,
      KeySource keys,
      List<HeaderLocation> fromHeaders,
      List<String> fromParams,
      List<String> fromCookies,
      boolean forwardOriginalToken,
      @Nullable String outputPayloadToHeader,
      List<ClaimHeader> outputClaimToHeaders,
      Set<String> spaceDelimitedClaims) {
    this(
        issuer,
        audiences,
        keys,
        fromHeaders,
        fromParams,
        fromCookies,
        forwardOriginalToken,
        outputPayloadToHeader,
        outputClaimToHeaders,
        spaceDelimitedClaims,
        DEFAULT_TIMEOUT);
  }

  /**
   * Names, in lower case, of the headers that this rule writes for the service. Incoming ones must
   * be taken off every request, with or without a token: the service believes them.
   */
  public Set<String> outputHeaders() {
    Set<String> names = new LinkedHashSet<>();
    if (outputPayloadToHeader != null) {
      names.add(outputPayloadToHeader.toLowerCase(Locale.ROOT));
    }
    outputClaimToHeaders.forEach(o -> names.add(o.header().toLowerCase(Locale.ROOT)));
    return Set.copyOf(names);
  }

  /** {@code fromHeaders[]}: header name and the text in front of the token, which may be empty. */
  public record HeaderLocation(String name, String prefix) {}

  /** {@code outputClaimToHeaders[]}; {@code claim} may be a path with dots. */
  public record ClaimHeader(String header, String claim) {}
}
