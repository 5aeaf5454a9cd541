package io.heraldmesh.conformance.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.identity.CertificateChain;
import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a certificate is for the name that a case expects (RFC 6125): only to tell cases about
 * host names, which Herald never compares, from cases about paths.
 */
final class HostNames {
  private static final int DNS = 2;
  private static final int IP = 7;

  private static final Pattern COMMON_NAME = Pattern.compile("CN=([a-z0-9-]+(?:\\.[a-z0-9-]+)+)");

  private HostNames() {}

  /** True as well when the case expects no name. */
  static boolean match(JsonNode limbo) {
    JsonNode name = limbo.path("expected_peer_name");
    String kind = name.path("kind").asText();
    String value = name.path("value").asText();
    if (!kind.equals("DNS") && !kind.equals("IP")) {
      return true;
    }
    X509Certificate leaf = CertificateChain.parsePem(limbo.get("peer_certificate").asText()).leaf();
    Collection<List<?>> names;
    try {
      names = leaf.getSubjectAlternativeNames();
    } catch (CertificateParsingException e) {
      return true;
    }
    boolean legal = !kind.equals("DNS") || value.matches("[A-Za-z0-9.-]+");
    return legal
        && names != null
        && names.stream().anyMatch(san -> matches(san.get(0), san.get(1), kind, value))
        && commonNameIsAmong(leaf, names);
  }

  /** A host name as common name must be one of the alternative names, too. */
  private static boolean commonNameIsAmong(X509Certificate leaf, Collection<List<?>> names) {
    Matcher name = COMMON_NAME.matcher(leaf.getSubjectX500Principal().getName());
    return !name.find()
        || names.stream().anyMatch(san -> name.group(1).equals(san.get(1).toString()));
  }

  private static boolean matches(Object type, Object san, String kind, String value) {
    if (kind.equals("IP")) {
      return type.equals(IP)
          && InetAddress.ofLiteral(san.toString()).equals(InetAddress.ofLiteral(value));
    }
    String pattern = san.toString().toLowerCase(Locale.ROOT);
    String host = value.toLowerCase(Locale.ROOT);
    if (!type.equals(DNS) || !pattern.matches("(\\*\\.)?[a-z0-9.-]+")) {
      return false;
    }
    if (!pattern.startsWith("*.")) {
      return pattern.equals(host);
    }
    int dot = host.indexOf('.');
    // A wildcard stands for one label, and at least two more follow it.
    return dot > 0
        && host.substring(dot).equals(pattern.substring(1))
        && pattern.indexOf('.', 2) > 0;
  }
}
