package io.heraldmesh.distributor.source;

import io.heraldmesh.distributor.source.FolderState.Bad;
import io.heraldmesh.distributor.source.FolderState.Good;
import io.heraldmesh.distributor.source.FolderState.Lost;
import io.heraldmesh.distributor.source.FolderState.Reason;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.Problem;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.resource.read.ResourceReader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches a folder of YAML as one whole. A change is taken once names, sizes and times have been
 * still for {@link #QUIET}, so that a file that is being written is never read half; at the start
 * by what the inodes say. Files renamed into place and swapped {@code ..data} links are whole
 * already and are taken at once.
 *
 * <p>All reading is done on a thread of its own, and the listener is called on it, one state at a
 * time. What fails never replaces what was good: that is why a state says how it failed.
 */
public final class FolderSource implements AutoCloseable {
  /** How long a folder must be still before it is read. */
  public static final Duration QUIET = Duration.ofMillis(200);

  private static final Logger LOG = LoggerFactory.getLogger(FolderSource.class);
  private static final long POLL_MILLIS = 400;
  private static final long STEP_MILLIS = 10;

  /** Long enough for the event of a write to arrive that has already changed a file's size. */
  private static final long RENAME_MILLIS = 30;

  private final Path folder;
  private final boolean mayBeEmpty;
  private final Consumer<FolderState> listener;
  private final FolderEvents events;
  private final Thread thread;

  private @Nullable Fingerprint taken;
  private Set<String> filesInForce = Set.of();
  private volatile FolderState state = new Bad(Problems.NONE);

  /**
   * @param mayBeEmpty {@code resourcesMayBeEmpty}: having no policy is what the user wants
   * @param listener told each state after the first; must not block for long
   */
  public FolderSource(Path folder, boolean mayBeEmpty, Consumer<FolderState> listener) {
    this.folder = folder;
    this.mayBeEmpty = mayBeEmpty;
    this.listener = listener;
    this.events = new FolderEvents(folder);
    this.thread = Thread.ofPlatform().name("folder-source").daemon().unstarted(this::watch);
  }

  /**
   * Reads the folder for the first time and begins to watch it. Blocks until the folder is still.
   * Unless the answer is {@link Good} the caller has nothing to put into force and should not start
   * to serve.
   */
  public FolderState start() throws InterruptedException {
    awaitChange();
    thread.start();
    return state;
  }

  /** The newest state. May be called by any thread. */
  public FolderState state() {
    return state;
  }

  /** Stops watching; the listener is not called any more once this has returned. */
  @Override
  public void close() {
    thread.interrupt();
    if (thread != Thread.currentThread()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    events.close();
  }

  private void watch() {
    try {
      while (true) {
        awaitChange();
        tell(state);
      }
    } catch (InterruptedException e) {
      LOG.debug("folder source stopped folder={}", folder);
    }
  }

  private void tell(FolderState changed) {
    try {
      listener.accept(changed);
    } catch (RuntimeException e) {
      // The next state must still be told.
      LOG.error("folder listener failed folder={}", folder, e);
    }
  }

  /** Returns once the folder differs from what was taken, is still, and has been read. */
  private void awaitChange() throws InterruptedException {
    Fingerprint seen = look();
    long since = System.nanoTime();
    while (true) {
      boolean changed = !seen.equals(taken);
      if (changed && millisSince(since) >= stillMillis(seen)) {
        FolderState read = read(seen);
        if (Thread.interrupted()) {
          throw new InterruptedException("closed while reading");
        }
        // Changed while it was read: what was read may be of two versions.
        Fingerprint after = look();
        if (after.equals(seen)) {
          accept(seen, read);
          return;
        }
        seen = after;
        since = System.nanoTime();
      }
      events.await(changed ? STEP_MILLIS : POLL_MILLIS);
      Fingerprint next = look();
      if (!next.equals(seen)) {
        seen = next;
        since = System.nanoTime();
      }
    }
  }

  private Fingerprint look() {
    Fingerprint fingerprint = Fingerprint.of(folder);
    events.watch(fingerprint.folders());
    return fingerprint;
  }

  private long stillMillis(Fingerprint seen) {
    Fingerprint before = taken;
    if (before == null && seen.isOlderThan(Instant.now().minus(QUIET))) {
      return 0; // it has been still before anybody looked
    }
    boolean atOnce =
        before != null
            && before.folder() != null
            && seen.folder() != null
            && seen.whole()
            && seen.changedSince(before).stream()
                .allMatch(f -> seen.isRelinked(f, before) || events.isRenamedIntoPlace(f));
    return atOnce ? RENAME_MILLIS : QUIET.toMillis();
  }

  private FolderState read(Fingerprint seen) {
    if (seen.folder() == null) {
      return new Lost(
          Reason.VANISHED, problem(ProblemCode.UNREADABLE, "the folder of resources is not there"));
    }
    Resources resources = ResourceReader.read(List.of(folder));
    Problems problems = resources.problems();
    if (problems.hasUnreadable()) {
      return new Lost(Reason.UNREADABLE, problems);
    }
    Problems emptied = emptiedFiles(problems);
    if (problems.hasErrors() || !emptied.isEmpty()) {
      return new Bad(problems.and(emptied));
    }
    if (!resources.hasPolicies() && !mayBeEmpty) {
      return new Lost(
          Reason.EMPTIED, problems.and(problem(ProblemCode.NO_POLICY, "there is no policy in it")));
    }
    return new Good(resources);
  }

  /**
   * A file that held resources and holds nothing now was most likely cut off by a write that has
   * not gone on. To withdraw what it held one deletes it.
   */
  private Problems emptiedFiles(Problems problems) {
    return new Problems(
        problems.all().stream()
            .filter(p -> p.code() == ProblemCode.NO_RESOURCES)
            .filter(p -> filesInForce.contains(p.at().file()))
            .map(
                p ->
                    new Problem(
                        p.at(),
                        ProblemCode.FILE_EMPTIED,
                        "the file held resources that are in force and is empty now"))
            .toList());
  }

  private Problems problem(ProblemCode code, String message) {
    return new Problems(List.of(new Problem(Position.startOf(folder.toString()), code, message)));
  }

  private void accept(Fingerprint seen, FolderState read) {
    taken = seen;
    events.forget();
    switch (read) {
      case Good good -> {
        filesInForce =
            good.resources().all().stream()
                .map(r -> r.metadata().at().file())
                .collect(Collectors.toSet());
        LOG.info("resources read folder={} count={}", folder, good.resources().all().size());
      }
      case Bad bad ->
          LOG.warn(
              "resources refused, the last good ones stay folder={} errors={} first={}",
              folder,
              bad.problems().errors().size(),
              bad.problems().errors().getFirst());
      case Lost lost ->
          LOG.warn(
              "resources lost, the last good ones stay folder={} reason={} first={}",
              folder,
              lost.reason(),
              lost.problems().errors().getFirst());
    }
    state = read;
  }

  private static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }
}
