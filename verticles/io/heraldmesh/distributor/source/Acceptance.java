package io.heraldmesh.distributor.source;

import io.heraldmesh.bus.AdminResources;
import io.heraldmesh.bus.AdminResources.Action;
import io.heraldmesh.bus.AdminResources.Outcome;
import io.heraldmesh.distributor.source.AcceptedResources.Accepted;
import io.heraldmesh.resource.problem.Problem;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.store.ApplyResult;
import io.heraldmesh.store.AuditEvent;
import io.heraldmesh.store.ResourceChange;
import io.heraldmesh.store.ResourceKey;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.StoredResource;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes changes into the store: what they would make of the whole is checked first, and they are
 * written only if the whole is still what was checked. One change at a time; another control node's
 * is noticed and the check made again. A change is checked against what is known here, without
 * reading it anew; only what is not taken that way is judged by what the database says. Blocks for
 * the database and the compiler.
 */
public final class Acceptance {
  private static final Logger LOG = LoggerFactory.getLogger(Acceptance.class);
  private static final int ATTEMPTS = 10;

  private final AcceptedResources accepted;
  private final WholeCheck check;
  private final InstantSource clock;
  private final Consumer<Revision> changed;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Revision last = new Revision(0, 0);

  /**
   * @param changed told each new revision once it is on disk; must not block
   */
  public Acceptance(
      AcceptedResources accepted,
      WholeCheck check,
      InstantSource clock,
      Consumer<Revision> changed) {
    this.accepted = accepted;
    this.check = check;
    this.clock = clock;
    this.changed = changed;
  }

  /** The newest revision that was accepted here; 0.0 before the first. */
  public Revision last() {
    return last;
  }

  /** Other control nodes changed the store again and again while this was being checked. */
  public static final class Overtaken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Overtaken() {
      super("other changes came before this one " + ATTEMPTS + " times; try again");
    }
  }

  /**
   * Makes a set of changes, or says why not.
   *
   * @param by who asks, for the history and the audit log
   * @param action for the audit log
   * @param dryRun true: says the same, and changes nothing
   * @throws Overtaken when it could not be written in so many attempts
   * @throws io.heraldmesh.store.StoreException when the database refused
   */
  public Outcome change(ChangeSet changes, String by, String action, boolean dryRun) {
    lock.lock();
    try {
      if (!dryRun) {
        Optional<Outcome> outcome = byWhatIsKnown(changes, by, action);
        if (outcome.isPresent()) {
          return outcome.get();
        }
      }
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        Optional<Outcome> outcome = attempt(changes, by, action, dryRun);
        if (outcome.isPresent()) {
          return outcome.get();
        }
      }
      throw new Overtaken();
    } finally {
      lock.unlock();
    }
  }

  /** Empty: the store is another by now, or the change is not good for what is known of it. */
  private Optional<Outcome> byWhatIsKnown(ChangeSet set, String by, String action) {
    Accepted before = accepted.known();
    boolean met =
        set.changes().stream()
            .allMatch(
                change -> change.expected().meets(revision(before.stored().get(change.key()))));
    if (!met) {
      return Optional.empty();
    }
    Problems problems = check.of(before, set);
    return problems.hasErrors() ? Optional.empty() : written(before, set, problems, by, action);
  }

  private static @Nullable Revision revision(@Nullable StoredResource stored) {
    return stored == null ? null : stored.revision();
  }

  /** Empty: the store changed meanwhile. */
  private Optional<Outcome> attempt(ChangeSet set, String by, String action, boolean dryRun) {
    Accepted before = accepted.read();
    List<ResourceChange> changes = set.changes();
    if (accepted.repository().dryRun(changes)
        instanceof ApplyResult.Conflicted(List<ApplyResult.Conflict> conflicts)) {
      if (!dryRun) {
        audit(event(set, by, action, "conflict", conflicts.getFirst().key() + " has changed"));
      }
      return Optional.of(conflicted(changes, conflicts));
    }
    Problems problems = check.of(before, set);
    if (problems.hasErrors()) {
      if (!dryRun) {
        audit(event(set, by, action, "refused", problems.errors().getFirst().text()));
      }
      return Optional.of(new Outcome.Refused(Shown.of(problems)));
    }
    if (dryRun) {
      return Optional.of(
          new Outcome.Applied(
              text(before.newest()), true, shown(set, before, null), Shown.of(problems)));
    }
    return written(before, set, problems, by, action);
  }

  /** Empty: the store changed meanwhile. */
  private Optional<Outcome> written(
      Accepted before, ChangeSet set, Problems problems, String by, String action) {
    Instant now = clock.instant();
    return accepted
        .repository()
        .applyAt(before.snapshot(), set.changes(), by, now, done -> logged(set, by, action, done))
        .map(result -> outcome(result, set, before, problems, by, now));
  }

  private Outcome outcome(
      ApplyResult result,
      ChangeSet set,
      Accepted before,
      Problems problems,
      String by,
      Instant now) {
    return switch (result) {
      case ApplyResult.Conflicted(var conflicts) -> conflicted(set.changes(), conflicts);
      case ApplyResult.Applied applied -> {
        Revision revision = applied.revision();
        List<ResourceKey> differing = applied.changed();
        if (differing.isEmpty()) {
          yield new Outcome.Applied(
              text(before.newest()), false, shown(set, before, null), Shown.of(problems));
        }
        LOG.info(
            "resources accepted revision={} changes={} by={}",
            text(revision),
            differing.size(),
            by);
        last = revision;
        accepted.changed(before, set.changes(), applied, by, now);
        changed.accept(revision);
        yield new Outcome.Applied(
            text(revision), false, shown(set, before, revision), Shown.of(problems));
      }
    };
  }

  /** A refusal that is found before the store is asked. */
  public Outcome refused(ChangeSet set, Problems problems, String by, String action) {
    audit(event(set, by, action, "refused", problems.errors().getFirst().text()));
    return new Outcome.Refused(Shown.of(problems));
  }

  /** The same of a dry run, which leaves no trace. */
  public static Outcome refused(Problems problems) {
    return new Outcome.Refused(Shown.of(problems));
  }

  private void audit(AuditEvent event) {
    check.audit().append(event).join();
  }

  private @Nullable AuditEvent logged(ChangeSet set, String by, String action, ApplyResult done) {
    return switch (done) {
      case ApplyResult.Conflicted(var conflicts) ->
          event(set, by, action, "conflict", conflicts.getFirst().key() + " has changed");
      case ApplyResult.Applied(Revision revision, List<ResourceKey> differing) ->
          differing.isEmpty()
              ? null
              : event(
                  set, by, action, "done", "revision " + text(revision) + ": " + names(differing));
    };
  }

  private AuditEvent event(ChangeSet set, String by, String action, String outcome, String detail) {
    return new AuditEvent(
        clock.instant(),
        by,
        action,
        names(set.changes().stream().map(ResourceChange::key).toList()),
        outcome,
        Shown.bounded(detail));
  }

  private static String names(List<ResourceKey> keys) {
    return Shown.bounded(
        keys.stream().map(ResourceKey::toString).collect(Collectors.joining(", ")));
  }

  /**
   * @param now at which those that differ were changed; null: nothing was
   */
  private static List<AdminResources.Change> shown(
      ChangeSet set, Accepted before, @Nullable Revision now) {
    List<AdminResources.Change> shown = new ArrayList<>();
    for (ResourceChange change : set.changes()) {
      StoredResource there = before.stored().get(change.key());
      Action action = action(there, change.content());
      String version =
          action == Action.UNCHANGED || now == null
              ? there == null ? "" : text(there.revision())
              : action == Action.DELETED ? "" : text(now);
      shown.add(new AdminResources.Change(Shown.key(change.key()), action, version));
    }
    return shown;
  }

  private static Action action(@Nullable StoredResource there, @Nullable String content) {
    if (content == null) {
      return there == null ? Action.UNCHANGED : Action.DELETED;
    }
    return there == null
        ? Action.CREATED
        : content.equals(there.content()) ? Action.UNCHANGED : Action.CHANGED;
  }

  private static Outcome conflicted(
      List<ResourceChange> changes, List<ApplyResult.Conflict> conflicts) {
    return new Outcome.Conflicted(
        conflicts.stream()
            .map(
                conflict ->
                    new AdminResources.Conflict(
                        Shown.key(conflict.key()),
                        changes.stream()
                            .filter(c -> c.key().equals(conflict.key()))
                            .findFirst()
                            .map(c -> expected(c.expected()))
                            .orElse(""),
                        conflict.found() == null ? "" : text(conflict.found())))
            .toList());
  }

  private static String expected(ResourceChange.Expected expected) {
    return switch (expected) {
      case ResourceChange.Expected.Any() -> "";
      case ResourceChange.Expected.Absent() -> "";
      case ResourceChange.Expected.At(Revision revision) -> text(revision);
    };
  }

  /** {@code epoch.number}. */
  public static String text(Revision revision) {
    return revision.epoch() + "." + revision.number();
  }

  /** Forms of the bus. */
  public static final class Shown {
    private static final int MOST_PROBLEMS = 500;
    private static final int MOST_TEXT = 2000;

    private Shown() {}

    /** As it travels. */
    public static AdminResources.Key key(ResourceKey key) {
      return new AdminResources.Key(key.kind(), key.namespace(), key.name());
    }

    /** Errors first. */
    public static AdminResources.Problems of(Problems problems) {
      List<Problem> all = new ArrayList<>(problems.errors());
      all.addAll(problems.warnings());
      return new AdminResources.Problems(
          all.stream().limit(MOST_PROBLEMS).map(Shown::problem).toList(),
          Math.max(0, all.size() - MOST_PROBLEMS));
    }

    private static AdminResources.Problem problem(Problem p) {
      return new AdminResources.Problem(
          p.at().file(),
          p.at().line(),
          p.at().column(),
          p.level().word(),
          p.code().id(),
          p.at().field(),
          p.message(),
          p.hint());
    }

    /** Not longer than what belongs into one row of a log. */
    public static String bounded(String text) {
      return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT - 1) + "…";
    }
  }
}
