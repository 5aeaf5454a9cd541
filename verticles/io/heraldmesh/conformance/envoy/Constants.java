package io.heraldmesh.conformance.envoy;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Constants of the test data that no request of a mesh can have, put into a form that one can, in a
 * policy and in what was compiled from it alike: {@code rule[0]} is no part of a SPIFFE ID, a path
 * starts with a slash, a principal has five parts.
 */
final class Constants {
  private static final Pattern INDEX = Pattern.compile("(?<=[a-z])\\\\?\\[(\\d)\\\\?]");

  private static final String PRINCIPAL = "((?:not-)?principal|principals\\d|deny|allow)";

  /** The values of {@code methods} and {@code notMethods}. */
  private static final Pattern METHODS = Pattern.compile("(?<=ethods: )\\[.*]");

  private Constants() {}

  /** Of a policy. */
  static String inPolicy(String yaml) {
    String text = INDEX.matcher(yaml).replaceAll("$1");
    String capitals =
        METHODS.matcher(text).replaceAll(found -> found.group().toUpperCase(Locale.ROOT));
    return capitals
        .replaceAll("\"(rule\\d-from\\d)-principal(\\d)\"", "\"td1/ns/$1-ns$2/sa/principal$2\"")
        .replaceAll("\"" + PRINCIPAL + "\"", "\"td1/ns/p/sa/$1\"")
        .replaceAll(
            "\"((?:not-)?requestPrincipals\\d?|rule\\d\\S*requestPrincipal\\d|id-\\d)\"",
            "\"$1/sub\"")
        .replaceAll("\"(rule\\d-to\\d-path\\d)\"", "\"/$1\"")
        .replaceAll("(?s)\\s+- key: \"experimental[^\\n]*(\\n\\s+(?:not)?[vV]alues:[^\\n]*)+", "");
  }

  /** Of Envoy's form. */
  static String inFilter(String yaml) {
    String text = INDEX.matcher(yaml).replaceAll("$1");
    return text.replaceAll(
            "spiffe://(rule\\d-from\\d)-principal(\\d)", "spiffe://td1/ns/$1-ns$2/sa/principal$2")
        .replaceAll("(?m)exact: spiffe://" + PRINCIPAL + "$", "exact: spiffe://td1/ns/p/sa/$1")
        .replaceAll("exact: \"\"", "exact: sub")
        .replaceAll("exact: (rule\\d-to\\d-path\\d)", "exact: /$1")
        .replaceAll(EXPERIMENTAL, "");
  }

  /** Metadata that only Envoy has, alone or below a negation. */
  private static final String EXPERIMENTAL =
      "(?m)^( +)- (?:notRule:\\n +)?metadata:\\n +filter: envoy\\.filters\\.a\\.b\\n(?:\\1 +.*\\n?)*";
}
