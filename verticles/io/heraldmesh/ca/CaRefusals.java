package io.heraldmesh.ca;

import io.heraldmesh.bus.AdminRefusals;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.store.AuditLog;
import io.heraldmesh.store.RefusalAudit;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who got no certificate, in the audit log: 60 a minute with rows of their own, of the others the
 * number. Nothing here fails: a refusal stays one where the log cannot be written. Thread-safe.
 */
public final class CaRefusals {
  private static final Logger LOG = LoggerFactory.getLogger(CaRefusals.class);
  private static final int PER_MINUTE = 60;
  private static final int MOST_TEXT = 500;
  private static final String ISSUE = "ca.issue";
  private static final String UNREADABLE = "ca.request";

  private final RefusalAudit audit;

  /**
   * @param nanos as {@link System#nanoTime}
   */
  public CaRefusals(AuditLog log, InstantSource clock, LongSupplier nanos) {
    this.audit = new RefusalAudit(log, ISSUE, PER_MINUTE, clock, nanos);
  }

  /** Completes once it may be answered. */
  CompletableFuture<Void> refused(SpiffeId caller, CaService.Subject subject, BusException why) {
    return written(
        audit.refused(
            caller.toString(), ISSUE, text(name(caller, subject)), text(why.getMessage())));
  }

  /**
   * Of a message that proved too little to be heard; whoever sent it does not wait for the log.
   *
   * @param signer whose identity is void; null: nobody proved who it is
   * @param type what it asks for; empty: that cannot be read
   */
  void unheard(BusException why, @Nullable String signer, String type) {
    written(
        audit.refused(
            signer == null ? AdminRefusals.UNAUTHENTICATED : signer,
            type.isEmpty() ? UNREADABLE : type,
            CaService.ADDRESS,
            text(why.getMessage())));
  }

  /** Tells what was only counted, when its minute is over; call it about once a minute. */
  void tick() {
    written(audit.tick());
  }

  /** Tells what was only counted so far. For a node that stops. */
  public CompletableFuture<Void> writeCounted() {
    return audit.flush();
  }

  private static String name(SpiffeId caller, CaService.Subject subject) {
    return switch (subject) {
      case CaService.Subject.Caller() -> caller.toString();
      case CaService.Subject.Workload(String namespace, String account) ->
          namespace + "/" + account;
    };
  }

  /** What the log takes, whatever was asked for. */
  private static String text(String said) {
    StringBuilder text = new StringBuilder();
    said.codePoints()
        .limit(MOST_TEXT)
        .map(
            c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? '?' : c)
        .forEach(text::appendCodePoint);
    return text.toString();
  }

  private static CompletableFuture<Void> written(CompletableFuture<Void> writing) {
    return writing.exceptionally(
        e -> {
          LOG.warn("a refusal is not in the audit log: {}", e.getMessage());
          return null;
        });
  }
}
