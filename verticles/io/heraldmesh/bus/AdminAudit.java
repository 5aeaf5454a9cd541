package io.heraldmesh.bus;

import java.time.Instant;
import java.util.List;

/** What travels of the audit log: see {@link AdminService}. */
public final class AdminAudit {
  private AdminAudit() {}

  /**
   * @param before only those with a lower number; 0: from the newest
   * @param most 1 to {@link AdminService#PAGE}
   */
  public record AuditRequest(long before, int most) {}

  /**
   * Newest first.
   *
   * @param next to ask with as {@code before}; 0: this is the end
   */
  public record AuditPage(List<Entry> entries, long next) {
    public AuditPage {
      entries = List.copyOf(entries);
    }
  }

  /**
   * Who did or tried what, when, and what became of it.
   *
   * @param number from 1, without gaps
   */
  public record Entry(
      long number,
      Instant at,
      String actor,
      String action,
      String subject,
      String outcome,
      String detail) {}
}
