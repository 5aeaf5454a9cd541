package io.heraldmesh.resource;

import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code jwtRules[]} of a RequestAuthentication.
 *
 * @param issuer never empty
 * @param jwksUri with {@code jwks} at most one; both null: discovery from the issuer's URL
 * @param jwks inline key set; its structure has been checked, its keys have not
 * @param fromHeaders with {@code fromParams} and {@code fromCookies}: where a token is looked for;
 *     all empty: the default places
 * @param timeout of one fetch of the key set; 5 s when not written
 */
public record JwtRule(
    Position at,
    Located<String> issuer,
    List<Located<String>> audiences,
    @Nullable Located<String> jwksUri,
    @Nullable Located<String> jwks,
    List<HeaderLocation> fromHeaders,
    List<Located<String>> fromParams,
    List<Located<String>> fromCookies,
    boolean forwardOriginalToken,
    @Nullable Located<String> outputPayloadToHeader,
    List<ClaimToHeader> outputClaimToHeaders,
    List<Located<String>> spaceDelimitedClaims,
    Duration timeout) {

  public JwtRule {
    audiences = List.copyOf(audiences);
    fromHeaders = List.copyOf(fromHeaders);
    fromParams = List.copyOf(fromParams);
    fromCookies = List.copyOf(fromCookies);
    outputClaimToHeaders = List.copyOf(outputClaimToHeaders);
    spaceDelimitedClaims = List.copyOf(spaceDelimitedClaims);
  }

  /** The same rule with this key set, wherever its keys come from otherwise. */
  public JwtRule withJwks(String keys) {
    return new JwtRule(
        at,
        issuer,
        audiences,
        null,
        new Located<>(keys, at),
        fromHeaders,
        fromParams,
        fromCookies,
        forwardOriginalToken,
        outputPayloadToHeader,
        outputClaimToHeaders,
        spaceDelimitedClaims,
        timeout);
  }

  /** {@code fromHeaders[]}; {@code prefix} may be empty. */
  public record HeaderLocation(Located<String> name, String prefix) {}

  /** {@code outputClaimToHeaders[]}; {@code claim} may be a path with dots. */
  public record ClaimToHeader(Located<String> header, Located<String> claim) {}
}
