package io.heraldmesh.bus;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What travels about the certificates that are in use, as whoever uses them says, and what else a
 * node tells with it.
 */
public final class UsedCertificates {
  /** The most that one node tells of; of more, those that end first. */
  public static final int MOST = 500;

  /** The most sockets of services that one node tells of. */
  public static final int MOST_EXPOSED = 10;

  /** Of a serial that is as long as RFC 5280, section 4.1.2.2 lets one be. */
  private static final int DIGITS = 40;

  /**
   * Nodes of versions before told serials of other authorities as they are: longer, or negative.
   */
  private static final Pattern SERIAL = Pattern.compile("-?[0-9a-f]{1,64}");

  /** The first and past the last that a certificate can say. */
  private static final Instant BEGIN = Instant.parse("0000-01-01T00:00:00Z");

  private static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");

  private UsedCertificates() {}

  /** Under which of the roots that a node trusts a certificate is. */
  public enum Trust {
    /** The one that certificates are issued under. */
    CURRENT,
    /** One that is trusted still: roots change, and this certificate is renewed before they did. */
    OLDER,
    /** None: peers refuse it, or will. */
    NONE
  }

  /**
   * The certificate that is used for one identity. What one node says is sorted and reckoned with
   * among what all say, so times are of the years 0 to 9999: {@link IllegalArgumentException} for
   * others, and for a serial of another form; on the bus {@link BusFailure#MALFORMED}. Whoever
   * tells of a certificate, which may say anything, asks {@link #serial} and {@link #time}.
   *
   * @param identity SPIFFE ID; of an authority's certificate its subject
   * @param serial lower-case hex, at most 40 digits, of versions before up to 64 and a sign; null:
   *     there is none, and neither are the four that follow
   * @param issuer subject of the certificate that signed it
   * @param root SHA-256 of the root that it is under; null: of none that is trusted
   * @param renews when the next one is asked for; null: not by the node itself
   * @param lastError why the last attempt to renew it failed; null: it did not
   */
  public record Used(
      String identity,
      @Nullable String serial,
      @Nullable Instant notBefore,
      @Nullable Instant notAfter,
      @Nullable String issuer,
      @Nullable String root,
      Trust trust,
      @Nullable Instant renews,
      @Nullable String lastError) {
    public Used {
      AnnouncedNames.require(
          serial == null || SERIAL.matcher(serial).matches(),
          "a serial is at most 64 lower-case hexadecimal digits");
      AnnouncedNames.require(
          isTime(notBefore) && isTime(notAfter) && isTime(renews),
          "a time is of the years 0 to 9999");
    }
  }

  private static boolean isTime(@Nullable Instant at) {
    return at == null || !at.isBefore(BEGIN) && at.isBefore(END);
  }

  /** What is told of a certificate's serial: its octets in hex, the first 40 digits. */
  public static String serial(X509Certificate of) {
    String digits = new BigInteger(1, of.getSerialNumber().toByteArray()).toString(16);
    return digits.substring(0, Math.min(DIGITS, digits.length()));
  }

  /** What is told of a certificate's time: the nearest of the years 1970 to 9999. */
  public static Instant time(Instant said) {
    if (said.isBefore(Instant.EPOCH)) {
      return Instant.EPOCH;
    }
    return said.isBefore(END) ? said : END.minusSeconds(1);
  }

  /**
   * All that the sender uses; replaces what it said before.
   *
   * @param certificates at most {@link #MOST}
   * @param exposed a line for each socket of its services that can be reached past the proxy; of
   *     more than {@link #MOST_EXPOSED} the first; none from a node of a version before this one
   */
  public record UsedReport(List<Used> certificates, @Nullable List<String> exposed)
      implements Report {
    public UsedReport {
      certificates = List.copyOf(certificates);
      exposed = exposed == null ? List.of() : List.copyOf(exposed);
    }

    /** Of a node past whose proxy nothing can be reached. */
    public static UsedReport of(List<Used> certificates) {
      return new UsedReport(certificates, List.of());
    }

    @Override
    public List<String> exposed() {
      return exposed == null ? List.of() : exposed;
    }
  }

  /**
   * What one node said last.
   *
   * @param at when
   */
  public record Reported(String node, Instant at, List<Used> certificates) {
    public Reported {
      certificates = List.copyOf(certificates);
    }
  }

  /**
   * @param after as the page before says; null: from the first
   */
  public record ReportsRequest(@Nullable String after) {}

  /**
   * By node.
   *
   * @param next to go on after; null: this is the end
   */
  public record ReportsPage(List<Reported> nodes, @Nullable String next) implements Report {
    public static final ReportsPage NONE = new ReportsPage(List.of(), null);

    public ReportsPage {
      nodes = List.copyOf(nodes);
    }
  }
}
