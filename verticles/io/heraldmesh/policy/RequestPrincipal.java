package io.heraldmesh.policy;

import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.VerifiedToken;
import io.heraldmesh.policy.AuthenticationPolicy.PrincipalBinding;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code principalBinding} makes of a proved end user: claims are the token's in any case, the
 * principal is the token's or the caller's. A caller's principal is split as a token's is, at its
 * last slash.
 */
final class RequestPrincipal {
  private RequestPrincipal() {}

  /**
   * @param token null when no end user was proved
   * @param rule of the policy, for an answer without a token
   * @return what authorization reads request principals and claims from; at most one
   */
  static List<VerifiedToken> bind(
      PrincipalBinding binding, @Nullable VerifiedToken token, @Nullable Peer peer, JwtRule rule) {
    return switch (binding) {
      case USE_ORIGIN -> token == null ? List.of() : List.of(token);
      case USE_PEER ->
          token == null && peer == null ? List.of() : List.of(ofPeer(token, peer, rule));
    };
  }

  private static VerifiedToken ofPeer(
      @Nullable VerifiedToken token, @Nullable Peer peer, JwtRule rule) {
    int slash = peer == null ? 0 : peer.principal().lastIndexOf('/');
    String issuer = peer == null ? "" : peer.principal().substring(0, slash);
    String subject = peer == null ? null : peer.principal().substring(slash + 1);
    return token == null
        ? new VerifiedToken(rule, issuer, subject, List.of(), Map.of(), "")
        : new VerifiedToken(
            token.rule(), issuer, subject, token.audiences(), token.claims(), token.payload());
  }
}
