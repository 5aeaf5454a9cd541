package io.heraldmesh.cli;

import io.heraldmesh.admin.Health.Condition;
import io.heraldmesh.distributor.Distribution;
import io.heraldmesh.distributor.source.FolderSource;
import io.heraldmesh.distributor.source.FolderState;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problem;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.store.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads the watched folder to the distributor: what is good is applied, anything else leaves the
 * last good state in force and shows in health, log and metric.
 */
final class Resourcing implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Resourcing.class);
  private static final int SHOWN = 5;

  /** When what the database did not take is tried again. */
  private static final Executor AGAIN = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS);

  private final Path folder;
  private final FolderSource source;
  private volatile Condition condition = Condition.OK;
  private volatile @Nullable Distribution distribution;
  private volatile boolean closed;
  private long newest;

  Resourcing(Path folder, boolean mayBeEmpty) {
    this.folder = folder;
    this.source = new FolderSource(folder, mayBeEmpty, this::changed);
  }

  /**
   * Reads the folder for the first time.
   *
   * @throws StartFailure when it is not there, holds no policy, or has errors
   */
  Resources first() {
    FolderState state;
    try {
      state = source.start();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw StartFailure.cannotStart("interrupted while reading " + folder);
    }
    return switch (state) {
      case FolderState.Good good -> good.resources();
      case FolderState.Bad bad -> throw StartFailure.problems(bad.problems().text().strip());
      case FolderState.Lost lost ->
          throw StartFailure.cannotStart(
              "resources folder " + folder + describe(lost.reason()) + detail(lost));
    };
  }

  /** From now on, changes go to {@code started}. */
  void leadTo(Distribution started) {
    distribution = started;
    changed(source.state());
  }

  /** Whether the newest state of the folder is in force. */
  Condition condition() {
    return condition;
  }

  /** One state at a time, so that an older one never follows a newer. */
  private synchronized void changed(FolderState state) {
    Distribution target = distribution;
    if (target == null) {
      return;
    }
    long number = ++newest;
    switch (state) {
      case FolderState.Good good -> {
        warn(good.problems());
        target
            .apply(good.resources())
            .onSuccess(
                revision -> {
                  LOG.info("resources taken revision={}", revision);
                  judge(number, Condition.OK);
                })
            .onFailure(
                e -> {
                  judge(number, kept("cannot be put into force: " + e.getMessage()));
                  if (e instanceof StoreException failure && failure.mayPass()) {
                    AGAIN.execute(() -> again(number, good));
                  }
                });
      }
      case FolderState.Bad bad -> {
        bad.problems().errors().forEach(p -> LOG.error("{}", p.text()));
        judge(number, kept(summary(bad.problems())));
        target.reject(summary(bad.problems()));
      }
      case FolderState.Lost lost -> {
        String problem = "resources folder " + folder + describe(lost.reason());
        judge(number, kept(problem));
        target.reject(problem);
      }
    }
  }

  /** The database did not take the revision; a newer state of the folder goes first. */
  private synchronized void again(long number, FolderState.Good good) {
    if (number == newest && !closed) {
      changed(good);
    }
  }

  /** An older state's result may come late; it says nothing of the newest. */
  private synchronized void judge(long number, Condition result) {
    if (number == newest) {
      condition = result;
    }
  }

  private static Condition kept(String problem) {
    return Condition.degraded("the last good resources stay in force: " + problem);
  }

  private static void warn(Problems problems) {
    problems.warnings().forEach(p -> LOG.warn("{}", p.text()));
  }

  private static String summary(Problems problems) {
    StringBuilder text = new StringBuilder();
    problems.errors().stream()
        .limit(SHOWN)
        .map(Problem::text)
        .forEach(t -> text.append(t).append(" | "));
    int more = problems.errors().size() - SHOWN;
    return more > 0 ? text + "and " + more + " more" : text.substring(0, text.length() - 3);
  }

  /** Which file; the other reasons say it all. */
  private static String detail(FolderState.Lost lost) {
    return lost.reason() == FolderState.Reason.UNREADABLE
        ? "\n" + lost.problems().text().strip()
        : "";
  }

  private String describe(FolderState.Reason reason) {
    return switch (reason) {
      case VANISHED ->
          Files.exists(folder)
              ? " is not a folder; name the folder it lies in under spec.resources"
              : " does not exist; make it, or correct spec.resources";
      case UNREADABLE -> " cannot be read; correct its permissions";
      case EMPTIED ->
          " holds no policy; write one, or set resourcesMayBeEmpty: true if that is meant";
    };
  }

  @Override
  public void close() {
    closed = true;
    source.close();
  }
}
