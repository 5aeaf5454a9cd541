package io.heraldmesh.proxy.log;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The access log as lines of the logger {@code access}: every refusal, and a share of what passed.
 * Holds names, paths and addresses; no header, token or query.
 */
public final class JsonAccessLog implements AccessLog {
  private static final Logger LOG = LoggerFactory.getLogger("io.heraldmesh.access");

  private final double sample;

  /**
   * @param sample share of what passed that is logged, 0 to 1
   */
  public JsonAccessLog(double sample) {
    this.sample = sample;
  }

  @Override
  public void log(AccessEntry entry) {
    boolean wanted =
        entry.refused() || sample >= 1 || ThreadLocalRandom.current().nextDouble() < sample;
    if (wanted && LOG.isInfoEnabled()) {
      LOG.info("{}", line(entry));
    }
  }

  private static String line(AccessEntry e) {
    StringBuilder line = new StringBuilder(256);
    add(line, "reporter", e.reporter());
    add(line, "workload", e.workload());
    add(line, "protocol", e.protocol());
    add(line, "method", e.method());
    add(line, "authority", e.authority());
    add(line, "path", e.path());
    add(line, "status", String.valueOf(e.status()));
    add(line, "flag", e.flag());
    add(line, "reason", e.reason().code());
    add(line, "detail", e.refused() ? e.reason().detail() : null);
    add(line, "policy", e.reason().policy());
    add(line, "rule", e.reason().rule() < 0 ? null : String.valueOf(e.reason().rule()));
    add(line, "principal", e.principal());
    add(line, "request_principal", e.requestPrincipal());
    add(line, "mtls", String.valueOf(e.mutualTls()));
    add(line, "destination", e.destination());
    add(line, "source", e.source());
    add(line, "upstream", e.upstream());
    add(line, "request_id", e.requestId());
    add(line, "bytes_in", String.valueOf(e.bytesIn()));
    add(line, "bytes_out", String.valueOf(e.bytesOut()));
    add(line, "duration_us", String.valueOf(e.durationMicros()));
    return line.toString();
  }

  /** What a peer chose is quoted and stripped of control characters, so that no line is forged. */
  private static void add(StringBuilder line, String name, @Nullable String value) {
    if (value == null) {
      return;
    }
    if (!line.isEmpty()) {
      line.append(' ');
    }
    line.append(name).append('=');
    boolean plain = !value.isEmpty();
    for (int i = 0; i < value.length() && plain; i++) {
      char c = value.charAt(i);
      plain = c > ' ' && c < 127 && c != '"' && c != '\\' && c != '=';
    }
    if (plain) {
      line.append(value);
      return;
    }
    line.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        line.append('\\').append(c);
      } else {
        line.append(c < ' ' || c >= 127 && c < 160 ? '?' : c);
      }
    }
    line.append('"');
  }
}
