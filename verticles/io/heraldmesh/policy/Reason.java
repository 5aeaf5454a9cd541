package io.heraldmesh.policy;

import org.jspecify.annotations.Nullable;

/**
 * Why a decision fell as it did. The same value feeds the answer, the access log, the metric and
 * {@code explain}. For operators; the peer is told less.
 *
 * @param code a stable word for logs and metrics, such as {@code allowed}, {@code
 *     no_allow_matched}, {@code deny_matched}, {@code jwt_expired}, {@code mtls_required}
 * @param detail a sentence; holds no token and no key
 * @param policy {@code namespace/name} of the policy that decided, or null when none did
 * @param rule index of the rule that decided, −1 when none did
 */
public record Reason(String code, String detail, @Nullable String policy, int rule) {

  public Reason(String code, String detail) {
    this(code, detail, null, -1);
  }
}
