package io.heraldmesh.cli;

import io.heraldmesh.admin.Health.Condition;
import io.heraldmesh.distributor.DistributorVerticle;
import io.heraldmesh.distributor.source.FolderSource;
import io.heraldmesh.distributor.source.FolderState;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problem;
import io.heraldmesh.resource.problem.Problems;
import java.nio.file.Path;
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

  private final Path folder;
  private final FolderSource source;
  private volatile Condition condition = Condition.OK;
  private volatile @Nullable DistributorVerticle distributor;

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
              "resources folder " + folder + describe(lost.reason()) + detail(lost.problems()));
    };
  }

  /** From now on, changes go to {@code deployed}. */
  void leadTo(DistributorVerticle deployed) {
    distributor = deployed;
    changed(source.state());
  }

  /** Whether the newest state of the folder is in force. */
  Condition condition() {
    return condition;
  }

  /** One state at a time, so that an older one never follows a newer. */
  private synchronized void changed(FolderState state) {
    DistributorVerticle target = distributor;
    if (target == null) {
      return;
    }
    switch (state) {
      case FolderState.Good good -> {
        warn(good.problems());
        target
            .apply(good.resources())
            .onSuccess(
                revision -> {
                  condition = Condition.OK;
                  LOG.info("resources in force revision={}", revision);
                })
            .onFailure(e -> keep(target, "cannot be compiled: " + e.getMessage()));
      }
      case FolderState.Bad bad -> {
        bad.problems().errors().forEach(p -> LOG.error("{}", p.text()));
        keep(target, summary(bad.problems()));
      }
      case FolderState.Lost lost ->
          keep(target, "resources folder " + folder + describe(lost.reason()));
    }
  }

  private void keep(DistributorVerticle target, String problem) {
    condition = Condition.degraded("the last good resources stay in force: " + problem);
    target.reject(problem);
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

  private static String detail(Problems problems) {
    return problems.isEmpty() ? "" : "\n" + problems.text().strip();
  }

  private static String describe(FolderState.Reason reason) {
    return switch (reason) {
      case VANISHED -> " does not exist; make it, or correct spec.resources";
      case UNREADABLE -> " cannot be read; correct its permissions";
      case EMPTIED ->
          " holds no policy; write one, or set resourcesMayBeEmpty: true if that is meant";
    };
  }

  @Override
  public void close() {
    source.close();
  }
}
