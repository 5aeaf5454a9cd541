package io.heraldmesh.resource.read;

import io.heraldmesh.resource.AuthorizationPolicy.Values;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * Match patterns: exact, {@code prefix*}, {@code *suffix} and {@code *}. Refuses what is wrong and
 * warns of what can never match. Source: Istio authorization_policy.proto, "Value matching".
 */
final class Patterns {
  private static final Pattern PRINCIPAL = Pattern.compile("[^/]+/ns/[^/]+/sa/[^/]+");
  private static final Pattern NAMESPACE = Pattern.compile("[-a-z0-9*]+");
  private static final int MAX_ACCOUNTS = 16;
  private static final int MAX_ACCOUNT = 320;

  private Patterns() {}

  /** A field and its {@code not…} twin; each written list is given to {@code check}. */
  static Values values(
      Fields f,
      String name,
      String notName,
      BiConsumer<List<Located<String>>, ProblemCollector> check) {
    return new Values(checked(f.optional(name), check), checked(f.optional(notName), check));
  }

  private static List<Located<String>> checked(
      Value written, BiConsumer<List<Located<String>>, ProblemCollector> check) {
    List<Located<String>> texts = written.texts();
    check.accept(texts.stream().filter(t -> !t.value().isEmpty()).toList(), written.problems());
    return texts;
  }

  /** Any text: only the place of {@code *} can be wrong. */
  static void plain(List<Located<String>> patterns, ProblemCollector problems) {
    for (Located<String> pattern : patterns) {
      if (hasInnerWildcard(pattern.value())) {
        problems.add(
            pattern.at(),
            ProblemCode.INNER_WILDCARD,
            "the inner '*' of " + Shown.quoted(pattern.value()) + " is matched literally");
      }
    }
  }

  /** {@code hosts}: a host, with a port or without. */
  static void hosts(List<Located<String>> patterns, ProblemCollector problems) {
    ascii(patterns, problems);
    for (Located<String> pattern : patterns) {
      if (pattern.value().contains("/")) {
        neverMatches(pattern, "has a '/'; only host and port are compared", problems);
      }
    }
  }

  /** In namespaces, and only there, {@code *} may stand anywhere. */
  static void namespaces(List<Located<String>> patterns, ProblemCollector problems) {
    for (Located<String> pattern : patterns) {
      if (!NAMESPACE.matcher(pattern.value()).matches()) {
        neverMatches(pattern, "has characters that no namespace has", problems);
      }
    }
  }

  /** {@code <issuer>/<subject>}. */
  static void requestPrincipals(List<Located<String>> patterns, ProblemCollector problems) {
    trimmed(patterns, problems);
    for (Located<String> pattern : patterns) {
      if (!pattern.value().contains("/") && !pattern.value().contains("*")) {
        neverMatches(pattern, "is not <issuer>/<subject>", problems);
      }
    }
  }

  /** {@code <trust-domain>/ns/<namespace>/sa/<account>}. */
  static void principals(List<Located<String>> patterns, ProblemCollector problems) {
    ascii(patterns, problems);
    for (Located<String> pattern : patterns) {
      String text = pattern.value();
      if (text.startsWith("spiffe://")) {
        neverMatches(pattern, "has a scheme; principals are written without spiffe://", problems);
      } else if (!text.contains("*") && !PRINCIPAL.matcher(text).matches()) {
        neverMatches(pattern, "is not <trust-domain>/ns/<namespace>/sa/<account>", problems);
      }
    }
  }

  static void trustDomains(List<Located<String>> patterns, ProblemCollector problems) {
    ascii(patterns, problems);
    for (Located<String> pattern : patterns) {
      if (pattern.value().contains("/")) {
        problems.add(
            pattern.at(),
            ProblemCode.INVALID_TRUST_DOMAIN,
            Shown.quoted(pattern.value()) + " is no trust domain: it has a '/'");
      }
    }
  }

  /** A namespace and an account, joined by a slash, or the account alone; no wildcards. */
  static void serviceAccounts(List<Located<String>> accounts, ProblemCollector problems) {
    if (accounts.size() > MAX_ACCOUNTS) {
      problems.add(
          accounts.get(MAX_ACCOUNTS).at(),
          ProblemCode.TOO_MANY,
          "more than " + MAX_ACCOUNTS + " service accounts");
    }
    for (Located<String> account : accounts) {
      String text = account.value();
      String[] parts = text.split("/", -1);
      if (text.length() > MAX_ACCOUNT
          || text.contains("*")
          || parts.length > 2
          || List.of(parts).contains("")) {
        problems.add(
            account.at(),
            ProblemCode.INVALID_SERVICE_ACCOUNT,
            Shown.quoted(text) + " is no service account");
      }
    }
  }

  static void ports(List<Located<String>> ports, ProblemCollector problems) {
    ports.forEach(port -> Ports.number(port, 0, problems));
  }

  static void methods(List<Located<String>> patterns, ProblemCollector problems) {
    ascii(patterns, problems);
    for (Located<String> pattern : patterns) {
      String text = pattern.value();
      if (text.chars().anyMatch(c -> c >= 'a' && c <= 'z')) {
        neverMatches(pattern, "has lower-case letters; methods are compared with case", problems);
      } else if (Methods.isUnknown(text.strip())) {
        problems.add(
            pattern.at(),
            ProblemCode.UNKNOWN_METHOD,
            Shown.quoted(text) + " is no registered HTTP method; gRPC is always POST");
      }
    }
  }

  static void paths(List<Located<String>> patterns, ProblemCollector problems) {
    for (Located<String> pattern : patterns) {
      String text = pattern.value();
      PathTemplates.check(pattern, problems);
      if (!PathTemplates.isTemplate(text)) {
        ascii(List.of(pattern), problems);
      }
      if (text.contains("?") || text.contains("#")) {
        neverMatches(pattern, "has a query or fragment; only the path is compared", problems);
      } else if (!text.startsWith("/") && !text.startsWith("*")) {
        neverMatches(pattern, "does not begin with '/'; every path does", problems);
      }
    }
  }

  /** As {@link #plain}, for text that the sender cannot begin or end with white space. */
  static void trimmed(List<Located<String>> patterns, ProblemCollector problems) {
    plain(patterns, problems);
    for (Located<String> pattern : patterns) {
      if (!pattern.value().equals(pattern.value().strip())) {
        neverMatches(pattern, "begins or ends with white space", problems);
      }
    }
  }

  /** As {@link #trimmed}, for text that has only printable ASCII characters. */
  private static void ascii(List<Located<String>> patterns, ProblemCollector problems) {
    trimmed(patterns, problems);
    for (Located<String> pattern : patterns) {
      if (pattern.value().strip().chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
        neverMatches(pattern, "has a character that cannot stand there", problems);
      }
    }
  }

  private static void neverMatches(Located<String> at, String why, ProblemCollector problems) {
    problems.add(at.at(), ProblemCode.NEVER_MATCHES, Shown.quoted(at.value()) + " " + why);
  }

  private static boolean hasInnerWildcard(String pattern) {
    String literal =
        pattern.startsWith("*")
            ? pattern.substring(1)
            : pattern.endsWith("*") ? pattern.substring(0, pattern.length() - 1) : pattern;
    return literal.contains("*");
  }
}
