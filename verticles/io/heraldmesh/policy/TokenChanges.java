package io.heraldmesh.policy;

import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.TokenAuthentication;
import io.heraldmesh.jwt.VerifiedToken;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What RequestAuthentication changes in a request. Headers that Herald fills from tokens are taken
 * off whatever the request says, so that nobody can forge them.
 *
 * @param set by name in lower case
 * @param removeHeaders in lower case; none of {@code set}
 * @param removeParams names of query parameters that held a token
 */
record TokenChanges(Map<String, String> set, Set<String> removeHeaders, Set<String> removeParams) {
  static final TokenChanges NONE = new TokenChanges(Map.of(), Set.of(), Set.of());

  static TokenChanges without(Set<String> owned) {
    return owned.isEmpty() ? NONE : new TokenChanges(Map.of(), owned, Set.of());
  }

  /** With several tokens, the first that fills a header does. */
  static TokenChanges of(TokenAuthentication.Result.Passed passed, Set<String> owned) {
    if (passed.tokens().isEmpty()) {
      return without(owned);
    }
    Map<String, String> set = new TreeMap<>();
    for (VerifiedToken token : passed.tokens()) {
      fill(set, token);
    }
    Set<String> remove = new HashSet<>(owned);
    remove.addAll(passed.removeHeaders());
    remove.removeAll(set.keySet());
    return new TokenChanges(set, Set.copyOf(remove), passed.removeParams());
  }

  private static void fill(Map<String, String> set, VerifiedToken token) {
    JwtRule rule = token.rule();
    String payload = rule.outputPayloadToHeader();
    if (payload != null) {
      set.putIfAbsent(payload.toLowerCase(Locale.ROOT), token.payload());
    }
    for (JwtRule.ClaimHeader output : rule.outputClaimToHeaders()) {
      String value = token.headerValue(output.claim());
      if (value != null) {
        set.putIfAbsent(output.header().toLowerCase(Locale.ROOT), value);
      }
    }
  }

  /** The values that a header has after the changes, or null when they do not touch it. */
  @Nullable List<String> values(String name) {
    String value = set.get(name);
    if (value != null) {
      return List.of(value);
    }
    return removeHeaders.contains(name) ? List.of() : null;
  }

  List<Header> headers() {
    return set.entrySet().stream().map(e -> new Header(e.getKey(), e.getValue())).toList();
  }
}
