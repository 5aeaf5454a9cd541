package io.heraldmesh.resource.read;

import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import java.util.regex.Pattern;

/** The forms a name can have. Source: Kubernetes object names, RFC 1123, SPIFFE-ID section 2.1. */
public final class Names {
  private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
  private static final Pattern DNS_LABEL = Pattern.compile(LABEL);
  private static final Pattern SUBDOMAIN = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
  private static final Pattern HOST =
      Pattern.compile(
          "(?i)[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?(\\.[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*\\.?");
  private static final Pattern TRUST_DOMAIN = Pattern.compile("[-a-z0-9._]{1,255}");
  private static final Pattern PORT =
      Pattern.compile("[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?");
  private static final Pattern LABEL_KEY =
      Pattern.compile("([-a-z0-9.]{1,253}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
  private static final Pattern LABEL_VALUE =
      Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?");
  private static final Pattern HEADER = Pattern.compile("[-!#$%&'*+.^_`|~0-9A-Za-z]+");

  private Names() {}

  /** An object's name: up to 253 characters of lower-case letters, digits, dots and dashes. */
  static void requireObjectName(Located<String> name, ProblemCollector problems) {
    if (!name.value().isEmpty() && !isObjectName(name.value())) {
      problems.add(name.at(), ProblemCode.INVALID_NAME, Shown.quoted(name.value()) + " is no name");
    }
  }

  /** A namespace's name: up to 63 characters, no dots. */
  static void requireNamespace(Located<String> name, ProblemCollector problems) {
    if (!name.value().isEmpty() && !isLabel(name.value())) {
      problems.add(
          name.at(),
          ProblemCode.INVALID_NAME,
          Shown.quoted(name.value()) + " is no name of a namespace",
          "use at most 63 lower-case letters, digits and '-'");
    }
  }

  static void requireTrustDomain(Located<String> name, ProblemCollector problems) {
    if (!TRUST_DOMAIN.matcher(name.value()).matches()) {
      problems.add(
          name.at(),
          ProblemCode.INVALID_TRUST_DOMAIN,
          Shown.quoted(name.value()) + " is no trust domain");
    }
  }

  /** As {@link #requireObjectName}. */
  public static boolean isObjectName(String name) {
    return name.length() <= 253 && SUBDOMAIN.matcher(name).matches();
  }

  /** Up to 63 lower-case letters, digits and dashes, as a namespace's name. */
  public static boolean isLabel(String name) {
    return name.length() <= 63 && DNS_LABEL.matcher(name).matches();
  }

  /** A DNS name, perhaps with a dot at its end. */
  public static boolean isHost(String host) {
    return host.length() <= 255 && HOST.matcher(host).matches();
  }

  /** The name of a port, as Istio takes it. */
  public static boolean isPort(String name) {
    return PORT.matcher(name).matches();
  }

  /** Whether an object can have this label. */
  public static boolean isLabel(String key, String value) {
    return LABEL_KEY.matcher(key).matches() && LABEL_VALUE.matcher(value).matches();
  }

  /** RFC 9110 section 5.1: a token. */
  static boolean isHeader(String name) {
    return name.length() <= 255 && HEADER.matcher(name).matches();
  }
}
