package io.heraldmesh.tls;

import io.netty.util.NetUtil;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a certificate is one for a name: a DNS name, an IP address or a URI. The common name does
 * not count, and {@code *} stands for one whole first label (RFC 9525 section 6.3).
 */
final class ServerNames {
  private static final int DNS = 2;
  private static final int URI = 6;
  private static final int IP = 7;

  private ServerNames() {}

  /** Whether {@code certificate} is for any of {@code names}. */
  static boolean match(X509Certificate certificate, Set<String> names) {
    for (List<?> shown : alternatives(certificate)) {
      int type = shown.get(0) instanceof Integer number ? number : -1;
      if (shown.get(1) instanceof String value) {
        for (String name : names) {
          if (matches(type, value, name)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** Null for what is no IP literal; such a name cannot be a server name in a client hello. */
  static byte @Nullable [] address(String name) {
    return NetUtil.createByteArrayFromIpAddressString(name);
  }

  private static boolean matches(int type, String shown, String name) {
    byte[] address = address(name);
    return switch (type) {
      case DNS -> address == null && dns(shown, name);
      case IP -> address != null && Arrays.equals(address, address(shown));
      case URI -> shown.equals(name);
      default -> false;
    };
  }

  private static boolean dns(String shown, String name) {
    String pattern = plain(shown);
    String host = plain(name);
    if (pattern.equals(host)) {
      return true;
    }
    int dot = host.indexOf('.');
    // a wildcard right below a top-level domain would be for half of the world
    return pattern.startsWith("*.")
        && pattern.indexOf('.', 2) > 0
        && pattern.indexOf('*', 1) < 0
        && dot > 0
        && host.substring(dot).equals(pattern.substring(1));
  }

  private static String plain(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  private static Collection<List<?>> alternatives(X509Certificate certificate) {
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      return all == null ? List.of() : all;
    } catch (CertificateParsingException e) {
      return List.of();
    }
  }
}
