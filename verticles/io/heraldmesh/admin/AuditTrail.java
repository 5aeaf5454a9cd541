package io.heraldmesh.admin;

import io.heraldmesh.bus.AdminCaller;
import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.AuditLog;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refusals into the audit log. The first of a kind is written at once; of those that follow within
 * ten seconds the number, so that nobody fills the log by being refused. Thread-safe.
 */
final class AuditTrail {
  private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);
  private static final Duration GATHER = Duration.ofSeconds(10);
  private static final int MOST_KINDS = 1000;
  private static final int MOST_TEXT = 500;

  private final AuditLog log;
  private final InstantSource clock;
  private final Map<Kind, Repeats> repeats = new LinkedHashMap<>();

  private record Kind(String actor, String action, String subject, String detail) {}

  private record Repeats(Instant since, int count) {}

  AuditTrail(AuditLog log, InstantSource clock) {
    this.log = log;
    this.clock = clock;
  }

  /** What belongs into the log for something that was done. */
  AuditEvent done(AdminCaller caller, AdminRights action, String subject, String detail) {
    return new AuditEvent(
        clock.instant(), caller.name(), action.action(), bounded(subject), "done", bounded(detail));
  }

  /** Completes once it is written, or is counted with others; never fails. */
  CompletableFuture<Void> refused(String actor, String action, String subject, String detail) {
    Instant now = clock.instant();
    Kind kind = new Kind(actor, action, bounded(subject), bounded(detail));
    int before;
    synchronized (repeats) {
      if (!repeats.containsKey(kind) && repeats.size() >= MOST_KINDS) {
        kind = new Kind("others", action, "", "too many kinds of refusals");
      }
      Repeats known = repeats.get(kind);
      if (known != null && now.isBefore(known.since().plus(GATHER))) {
        repeats.put(kind, new Repeats(known.since(), known.count() + 1));
        return CompletableFuture.completedFuture(null);
      }
      before = known == null ? 0 : known.count();
      repeats.put(kind, new Repeats(now, 0));
    }
    return write(kind, kind.detail() + (before == 0 ? "" : "; " + before + " times before"));
  }

  /** Writes the numbers of what was counted long enough ago; a timer calls it. */
  CompletableFuture<Void> flush(boolean all) {
    Instant end = clock.instant().minus(GATHER);
    List<CompletableFuture<Void>> writing = new ArrayList<>();
    synchronized (repeats) {
      for (Iterator<Map.Entry<Kind, Repeats>> i = repeats.entrySet().iterator(); i.hasNext(); ) {
        Map.Entry<Kind, Repeats> one = i.next();
        if (all || one.getValue().since().isBefore(end)) {
          i.remove();
          if (one.getValue().count() > 0) {
            writing.add(
                write(
                    one.getKey(),
                    one.getKey().detail() + "; " + one.getValue().count() + " times more"));
          }
        }
      }
    }
    return CompletableFuture.allOf(writing.toArray(CompletableFuture[]::new));
  }

  private CompletableFuture<Void> write(Kind kind, String detail) {
    LOG.warn(
        "admin refused actor=\"{}\" action={} subject=\"{}\" detail=\"{}\"",
        kind.actor(),
        kind.action(),
        kind.subject(),
        detail);
    return log.append(
            new AuditEvent(
                clock.instant(), kind.actor(), kind.action(), kind.subject(), "refused", detail))
        .exceptionally(
            failure -> {
              LOG.error("audit log not written: {}", failure.getMessage());
              return null;
            });
  }

  static String bounded(String text) {
    return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT - 1) + "…";
  }
}
