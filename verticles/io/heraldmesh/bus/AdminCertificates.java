package io.heraldmesh.bus;

import io.heraldmesh.bus.UsedCertificates.Trust;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What travels about certificates and registrations: see {@link AdminService}. */
public final class AdminCertificates {
  private AdminCertificates() {}

  /** How a certificate fares. */
  public enum State {
    /** Valid, and not yet to be renewed. */
    GOOD,
    /** Valid, but it should have been renewed by now. */
    OVERDUE,
    /** Ended, and not renewed. */
    EXPIRED,
    /** Whoever needs it says that it has none. */
    MISSING
  }

  /**
   * The newest certificate that was issued to a node for an identity.
   *
   * @param serial lower-case hex
   */
  public record Certificate(
      String node,
      String identity,
      String serial,
      Instant issuedAt,
      Instant notAfter,
      State state) {}

  /**
   * @param node null: of all nodes
   * @param after {@link CertificatePage#next} of the page before; null: from the first
   * @param most 1 to {@link AdminService#PAGE}
   */
  public record CertificatesRequest(@Nullable String node, @Nullable String after, int most) {}

  /**
   * Soonest end first. Those that ended more than 7 days ago are not shown.
   *
   * @param next to go on after; null: this is the end
   */
  public record CertificatePage(int total, List<Certificate> certificates, @Nullable String next) {
    public CertificatePage {
      certificates = List.copyOf(certificates);
    }
  }

  /**
   * The certificate that is used for an identity on a node.
   *
   * @param identity SPIFFE ID; of an authority's certificate {@code authority} and its subject
   * @param serial lower-case hex; null: there is none, and neither are the two that follow
   * @param issuer subject of the certificate that signed it; null: not reported
   * @param root SHA-256 of the trusted root that it is under; null: none, or not reported
   * @param trust null: not reported
   * @param renews when the node asks for the next; null: it does not, or has not said
   * @param lastError why the last attempt to renew it failed; null: it did not, or not reported
   * @param reported when the node said so; null: never, this is what was issued to it last
   */
  public record InUse(
      String node,
      String identity,
      @Nullable String serial,
      @Nullable Instant notBefore,
      @Nullable Instant notAfter,
      State state,
      @Nullable String issuer,
      @Nullable String root,
      @Nullable Trust trust,
      @Nullable Instant renews,
      @Nullable String lastError,
      @Nullable Instant reported) {}

  /**
   * A node that does not say what it uses.
   *
   * @param last when it did; null: never since the control plane started
   */
  public record Unreported(String node, @Nullable Instant last) {}

  /**
   * @param node null: of all nodes
   * @param after {@link InUsePage#next} of the page before; null: from the first
   * @param most 1 to {@link AdminService#PAGE}
   */
  public record InUseRequest(@Nullable String node, @Nullable String after, int most) {}

  /**
   * Those that are missing, then soonest end first.
   *
   * @param unreported by name, at most {@link AdminService#PAGE}
   * @param moreUnreported how many more there are
   * @param next to go on after; null: this is the end
   */
  public record InUsePage(
      int total,
      List<InUse> certificates,
      List<Unreported> unreported,
      int moreUnreported,
      @Nullable String next)
      implements Report {
    public InUsePage {
      certificates = List.copyOf(certificates);
      unreported = List.copyOf(unreported);
    }
  }

  /**
   * What may run on a node.
   *
   * @param workload {@code namespace/serviceAccount}
   * @param addresses where the node may be reached besides where it is attached from
   */
  public record Registration(
      String node,
      String workload,
      String registeredBy,
      Instant registeredAt,
      List<String> addresses) {
    public Registration {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * @param after {@code node namespace/serviceAccount} of the last one of the page before; null:
   *     from the first
   * @param most 1 to {@link AdminService#PAGE}
   */
  public record RegistrationsRequest(@Nullable String after, int most) {}

  /**
   * By node, namespace and service account.
   *
   * @param next to go on after; null: this is the end
   */
  public record RegistrationPage(List<Registration> registrations, @Nullable String next) {
    public RegistrationPage {
      registrations = List.copyOf(registrations);
    }
  }

  /**
   * Takes back what may run on a node: it gets no certificate for it any more.
   *
   * @param workload null: all of the node
   */
  public record RevokeRegistration(String node, @Nullable String workload) {}

  /**
   * @param revoked false: nothing was known that could be taken back
   * @param tokens that nobody had used, how many are void with it
   * @param voidBefore what was made for the node's name before then is void, known or not; null:
   *     its identities stay, as one workload was asked for, or it is a control node
   */
  public record RevokedRegistration(boolean revoked, int tokens, @Nullable Instant voidBefore) {}
}
