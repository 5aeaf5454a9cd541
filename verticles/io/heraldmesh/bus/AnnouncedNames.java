package io.heraldmesh.bus;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * The forms of what a node announces: what one node says is compiled for all others, so nothing in
 * it may be of another form, or of any length. Each throws an {@link IllegalArgumentException}.
 * Source: Kubernetes, names of objects, labels and ports.
 */
final class AnnouncedNames {
  private static final int LONGEST_LABEL = 63;
  private static final int LONGEST_NAME = 253;
  private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
  private static final Pattern DNS_LABEL = Pattern.compile(LABEL);
  private static final Pattern DNS_NAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
  private static final Pattern PORT =
      Pattern.compile("([a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)?");
  private static final Pattern LABEL_KEY =
      Pattern.compile("([-a-z0-9.]{1,253}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
  private static final Pattern LABEL_VALUE =
      Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?");

  private AnnouncedNames() {}

  static void requireNamespace(String name) {
    require(
        name.length() <= LONGEST_LABEL && DNS_LABEL.matcher(name).matches(),
        "a namespace is at most 63 lower-case letters, digits and '-'");
  }

  /** Of a workload, or of its service account. */
  static void requireObjectName(String name) {
    require(
        name.length() <= LONGEST_NAME && DNS_NAME.matcher(name).matches(),
        "a name is at most 253 lower-case letters, digits, '-' and '.'");
  }

  /** May be empty. */
  static void requirePortName(String name) {
    require(
        PORT.matcher(name).matches(),
        "a port's name is at most 63 letters, digits and '-', or none");
  }

  static void requireLabels(Map<String, String> labels) {
    labels.forEach(
        (key, value) ->
            require(
                LABEL_KEY.matcher(key).matches() && LABEL_VALUE.matcher(value).matches(),
                "a label is a name and a value of at most 63 letters, digits, '-', '_' and '.'"));
  }

  static void requireSequence(long sequence) {
    require(sequence <= Announcement.MOST_SEQUENCE, "a sequence is at most 2^62");
  }

  static void requireAtMost(int most, int number, String what) {
    require(number <= most, "more than " + most + " " + what);
  }

  static void require(boolean kept, String rule) {
    if (!kept) {
      throw new IllegalArgumentException(rule);
    }
  }
}
