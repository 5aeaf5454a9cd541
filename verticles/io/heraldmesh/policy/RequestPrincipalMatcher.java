package io.heraldmesh.policy;

import io.heraldmesh.jwt.VerifiedToken;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@code requestPrincipals} field, compiled. Issuer and subject are compared apart, split at the
 * last slash of the pattern: the issuer {@code https://a} with the subject {@code b/c} is not the
 * issuer {@code https://a/b} with the subject {@code c}.
 */
final class RequestPrincipalMatcher {
  private final Pair[] values;
  private final Pair[] notValues;

  RequestPrincipalMatcher(TextField field) {
    values = compile(field.values());
    notValues = compile(field.notValues());
  }

  /** Null, or a token without subject, is an absent principal: no pattern matches. */
  boolean matches(@Nullable VerifiedToken token) {
    return (values.length == 0 || any(values, token)) && !any(notValues, token);
  }

  private static boolean any(Pair[] pairs, @Nullable VerifiedToken token) {
    String subject = token == null ? null : token.subject();
    if (token == null || subject == null) {
      return false;
    }
    for (Pair pair : pairs) {
      if (pair.issuer.matches(token.issuer()) && pair.subject.matches(subject)) {
        return true;
      }
    }
    return false;
  }

  private static Pair[] compile(List<TextMatch> matches) {
    return matches.stream().map(RequestPrincipalMatcher::pair).toArray(Pair[]::new);
  }

  private static Pair pair(TextMatch match) {
    TextMatch any = new TextMatch.Present();
    return switch (match) {
      case TextMatch.Exact(String text) -> {
        int slash = text.lastIndexOf('/');
        yield slash < 0
            ? new Pair(match, new TextMatch.Exact(""))
            : new Pair(exactStart(text, slash), new TextMatch.Exact(text.substring(slash + 1)));
      }
      case TextMatch.Prefix(String text) -> {
        int slash = text.lastIndexOf('/');
        yield slash < 0
            ? new Pair(match, any)
            : new Pair(exactStart(text, slash), TextMatch.of(text.substring(slash + 1) + "*"));
      }
      case TextMatch.Suffix(String text) -> {
        int slash = text.lastIndexOf('/');
        yield slash < 0
            ? new Pair(any, match)
            : new Pair(
                TextMatch.of("*" + text.substring(0, slash)),
                new TextMatch.Exact(text.substring(slash + 1)));
      }
      case TextMatch.Present() -> new Pair(any, any);
      case TextMatch.Glob g -> throw new IllegalArgumentException("no glob here: " + g.text());
      case TextMatch.Template t ->
          throw new IllegalArgumentException("no template here: " + t.text());
    };
  }

  private static TextMatch exactStart(String text, int end) {
    return new TextMatch.Exact(text.substring(0, end));
  }

  private record Pair(TextMatcher issuer, TextMatcher subject) {
    Pair(TextMatch issuer, TextMatch subject) {
      this(TextMatcher.of(List.of(issuer)), TextMatcher.of(List.of(subject)));
    }
  }
}
