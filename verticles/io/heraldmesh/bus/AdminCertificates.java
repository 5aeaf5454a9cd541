package io.heraldmesh.bus;

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
    EXPIRED
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
   * @param after serial of the last one of the page before; null: from the first
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
   * What may run on a node.
   *
   * @param workload {@code namespace/serviceAccount}
   */
  public record Registration(
      String node, String workload, String registeredBy, Instant registeredAt) {}

  /**
   * @param after {@code node namespace/serviceAccount} of the last one of the page before; null:
   *     from the first
   * @param most 1 to {@link AdminService#PAGE}
   */
  public record RegistrationsRequest(@Nullable String after, int most) {}

  /**
   * By node and workload.
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
}
