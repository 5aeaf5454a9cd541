package io.heraldmesh.proxy.log;

import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One entry as a line in Istio's default text format, field by field. What Herald does not log
 * (X-Forwarded-For, local addresses, the service's own time) is {@code -}. What a client chose is
 * escaped and cut, so that it cannot write lines or fields of its own.
 */
final class AccessText {
  /** What would end a field that has no quotation marks. */
  private static final Pattern UNFIT = Pattern.compile("[^!-~]");

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private AccessText() {}

  static byte[] of(AccessEntry entry) {
    boolean tcp = entry.protocol().equals("tcp");
    String line =
        "["
            + TIME.format(entry.start())
            + "] "
            + quoted(
                orDash(entry.method()) + ' ' + orDash(entry.path()) + ' ' + protocol(entry, tcp))
            + ' '
            + entry.status()
            + ' '
            + ResponseFlag.of(entry.flag())
            + ' '
            + (tcp ? "-" : details(entry))
            + ' '
            + (tcp && entry.refused() ? details(entry) : "-")
            + ' '
            + quoted(entry.flag().startsWith("upstream_") ? entry.reason().detail() : "-")
            + ' '
            + entry.bytesIn()
            + ' '
            + entry.bytesOut()
            + ' '
            + entry.durationMicros() / 1000
            + " - \"-\" "
            + quoted(orDash(entry.userAgent()))
            + ' '
            + quoted(orDash(entry.requestId()))
            + ' '
            + quoted(orDash(entry.authority()))
            + ' '
            + quoted(orDash(entry.upstream()))
            + ' '
            + cluster(entry.reporter(), entry.called())
            + " - - "
            + orDash(entry.source())
            + " - -\n";
    return line.getBytes(StandardCharsets.UTF_8);
  }

  private static String protocol(AccessEntry entry, boolean tcp) {
    return tcp ? "-" : entry.protocol().equals("h2") ? "HTTP/2" : "HTTP/1.1";
  }

  /**
   * As Envoy words them where it has a word for it; the reason's own otherwise. Of a request they
   * are about the answer, of a connection about its end.
   */
  private static String details(AccessEntry entry) {
    String policy = entry.reason().policy();
    return switch (entry.reason().code()) {
      case "deny_matched", "custom_provider_missing", "no_allow_matched" ->
          "rbac_access_denied_matched_policy["
              + (policy == null ? "none" : matched(policy, entry.reason().rule()))
              + ']';
      case "allowed", "allow_matched", "outbound" ->
          entry.upstream() == null ? "-" : "via_upstream";
      default -> entry.reason().code();
    };
  }

  private static String matched(String policy, int rule) {
    int slash = policy.indexOf('/');
    return "ns["
        + policy.substring(0, Math.max(slash, 0))
        + "]-policy["
        + policy.substring(slash + 1)
        + "]-rule["
        + rule
        + ']';
  }

  /** Direction, port, subset and host. An inbound one has no host, and there are no subsets. */
  static String cluster(String reporter, @Nullable CalledService called) {
    if (called == null) {
      return "-";
    }
    if (!called.isService()) {
      return UNFIT.matcher(orDash(called.service())).replaceAll("_");
    }
    return reporter.equals("source")
        ? "outbound|" + called.port() + "||" + called.host()
        : "inbound|" + called.port() + "||";
  }

  private static String orDash(@Nullable String value) {
    return value == null || value.isEmpty() ? "-" : value;
  }

  private static String quoted(String value) {
    StringBuilder out = new StringBuilder(value.length() + 2).append('"');
    for (int i = 0; i < value.length() && i < AccessEntry.LONGEST; i++) {
      char c = value.charAt(i);
      if (c < ' ' || c >= 0x7f) {
        out.append("\\u").append(String.format("%04x", (int) c));
      } else {
        out.append(c == '"' || c == '\\' ? "\\" : "").append(c);
      }
    }
    return out.append('"').toString();
  }
}
