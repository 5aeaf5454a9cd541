package io.heraldmesh.policy;

import static java.util.stream.Collectors.joining;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a decision fell as it did. The same value feeds the answer, the access log, the metric and
 * {@code explain}. For operators; the peer is told less.
 *
 * @param code a stable word for logs and metrics: one of the constants here, or {@code jwt_…} for a
 *     token that was refused
 * @param detail a sentence; holds no token, no key and no header value
 * @param policy {@code namespace/name} of the policy that decided, or null when none did
 * @param rule index of the rule that decided, −1 when none did
 * @param fields of that rule that matched, such as {@code to[0].operation.paths}; with {@link
 *     #MTLS_REQUIRED} the field of the PeerAuthentication; empty when none decided, or when the
 *     rule asks for nothing
 * @param nearest with {@link #NO_ALLOW_MATCHED}: the rule that missed least; null when there is
 *     none
 */
public record Reason(
    String code,
    String detail,
    @Nullable String policy,
    int rule,
    List<String> fields,
    @Nullable Nearest nearest) {
  /** Nothing restricts the workload. */
  public static final String ALLOWED = "allowed";

  /** A rule of an ALLOW policy matched. */
  public static final String ALLOW_MATCHED = "allow_matched";

  /** A rule of a DENY policy matched. */
  public static final String DENY_MATCHED = "deny_matched";

  /** There are ALLOW policies, and no rule of any matched. */
  public static final String NO_ALLOW_MATCHED = "no_allow_matched";

  /** A CUSTOM policy matched and its provider is not there to be asked. */
  public static final String CUSTOM_PROVIDER_MISSING = "custom_provider_missing";

  /** The port is STRICT and the caller showed no mesh identity. */
  public static final String MTLS_REQUIRED = "mtls_required";

  /** The caller's trust domain is neither the mesh's own nor an alias of it. */
  public static final String FOREIGN_TRUST_DOMAIN = "foreign_trust_domain";

  /** The caller's SPIFFE ID is not of the form {@code td/ns/x/sa/y}. */
  public static final String NOT_A_WORKLOAD = "not_a_workload";

  /** A v1alpha1 policy asks for mutual TLS where the listener itself did not. */
  public static final String PEER_AUTHENTICATION_FAILED = "peer_authentication_failed";

  /** None of the origins of a v1alpha1 policy proved an end user. */
  public static final String ORIGIN_AUTHENTICATION_FAILED = "origin_authentication_failed";

  /** The method is not a token in capital letters. */
  public static final String BAD_METHOD = "bad_method";

  /** The request target is not a path, holds a NUL, or characters that no target may hold. */
  public static final String BAD_PATH = "bad_path";

  /** Host or {@code :authority} is not a host with an optional port. */
  public static final String BAD_HOST = "bad_host";

  public Reason {
    fields = List.copyOf(fields);
  }

  public Reason(String code, String detail) {
    this(code, detail, null, -1);
  }

  public Reason(String code, String detail, @Nullable String policy, int rule) {
    this(code, detail, policy, rule, List.of(), null);
  }

  /** A rule of {@code policy} matched by {@code fields}. */
  static Reason matched(AuthorizationPolicy policy, int rule, List<String> fields) {
    String matched =
        policy.action()
            + " policy "
            + policy.id()
            + " matched with rule "
            + rule
            + (fields.isEmpty() ? ", which asks for nothing" : " by " + String.join(", ", fields));
    return switch (policy.action()) {
      case ALLOW -> new Reason(ALLOW_MATCHED, matched, policy.id(), rule, fields, null);
      case DENY, AUDIT -> new Reason(DENY_MATCHED, matched, policy.id(), rule, fields, null);
      case CUSTOM ->
          new Reason(
              CUSTOM_PROVIDER_MISSING,
              matched + ", but its provider \"" + policy.provider() + "\" cannot be asked",
              policy.id(),
              rule,
              fields,
              null);
    };
  }

  /** No rule of an ALLOW policy matched; {@code nearest} is null when none has rules. */
  static Reason unmatched(@Nullable Nearest nearest) {
    String misses =
        nearest == null
            ? "none has rules"
            : "nearest is rule "
                + nearest.rule()
                + " of "
                + nearest.policy()
                + ", which misses at "
                + nearest.misses().stream().map(Nearest.Miss::toString).collect(joining(", "));
    return new Reason(
        NO_ALLOW_MATCHED,
        "no rule of an ALLOW policy matched; " + misses,
        null,
        -1,
        List.of(),
        nearest);
  }
}
