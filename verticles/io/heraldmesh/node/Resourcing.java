package io.heraldmesh.node;

import io.heraldmesh.admin.Health.Condition;
import io.heraldmesh.distributor.Distribution;
import io.heraldmesh.distributor.source.Acceptance;
import io.heraldmesh.distributor.source.AcceptedResources;
import io.heraldmesh.distributor.source.AcceptedResources.Accepted;
import io.heraldmesh.distributor.source.FolderSource;
import io.heraldmesh.distributor.source.FolderState;
import io.heraldmesh.distributor.source.Merge;
import io.heraldmesh.identity.TrustDomain;
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
 * Leads the watched folder and the store, as one set, to the distributor: what is good is applied,
 * anything else leaves the last good state in force and shows in health, log and metric.
 */
final class Resourcing implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Resourcing.class);
  private static final int SHOWN = 5;

  /** When what the database did not take is tried again. */
  private static final Executor AGAIN = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS);

  private static final String IN_BOTH =
      "keep one of the two: herald delete takes it out of the store";

  private final @Nullable Path folder;
  private final @Nullable FolderSource source;
  private volatile Condition condition = Condition.OK;
  private volatile @Nullable Led led;
  private volatile Resources folderInForce = Resources.NONE;
  private volatile Accepted accepted = Accepted.NONE;
  private volatile boolean closed;
  private @Nullable Resources offered;
  private long newest;

  /**
   * @param store null: there is none
   */
  private record Led(
      Distribution to, @Nullable AcceptedResources store, @Nullable TrustDomain trustDomain) {

    Resources whole(Resources folder, Accepted accepted) {
      return trustDomain == null
          ? folder
          : Merge.of(accepted.resources(), folder, trustDomain, IN_BOTH);
    }
  }

  /**
   * @param folder null: there is none
   */
  Resourcing(@Nullable Path folder, boolean mayBeEmpty) {
    this.folder = folder;
    this.source = folder == null ? null : new FolderSource(folder, mayBeEmpty, state -> changed());
  }

  /**
   * Reads the folder for the first time.
   *
   * @throws StartFailure when it is not there, holds no policy, or has errors
   */
  Resources first() {
    if (source == null) {
      return Resources.NONE;
    }
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

  /** From now on, changes of the folder go to {@code started}. */
  void leadTo(Distribution started) {
    led = new Led(started, null, null);
    changed();
  }

  /**
   * From now on, changes of the folder and the store go to {@code started}.
   *
   * @throws StartFailure when they do not fit together
   */
  void leadTo(Distribution started, AcceptedResources store, TrustDomain trustDomain) {
    Led leading = new Led(started, store, trustDomain);
    accepted = store.read();
    if (source == null || source.state() instanceof FolderState.Good) {
      Problems problems = leading.whole(folderNow(), accepted).problems();
      if (problems.hasErrors()) {
        throw StartFailure.problems(new Problems(problems.errors()).text().strip());
      }
    }
    led = leading;
    changed();
  }

  /** Looks into the store and brings what is new there on its way. Blocks for the database. */
  void look() {
    Led leading = led;
    if (leading == null || leading.store() == null) {
      return;
    }
    Accepted known = accepted;
    Accepted now = leading.store().read(known);
    boolean fresh;
    synchronized (this) {
      fresh = now.snapshot().revision().compareTo(accepted.snapshot().revision()) > 0;
      if (fresh) {
        accepted = now;
      }
    }
    if (fresh) {
      changed();
    }
  }

  /** Whether the newest state of the folder and the store is in force. */
  Condition condition() {
    return condition;
  }

  /** What of the folder is in force. */
  Resources folderInForce() {
    return folderInForce;
  }

  private Resources folderNow() {
    return source != null && source.state() instanceof FolderState.Good good
        ? good.resources()
        : folderInForce;
  }

  /** One state at a time, so that an older one never follows a newer. */
  private synchronized void changed() {
    Led leading = led;
    if (leading == null) {
      return;
    }
    long number = ++newest;
    String problem = folderProblem();
    Resources fromFolder = folderNow();
    Accepted fromStore = accepted;
    Resources whole = leading.whole(fromFolder, fromStore);
    if (whole.problems().hasErrors()) {
      Problems errors = new Problems(whole.problems().errors());
      errors.all().forEach(p -> LOG.error("{}", p.text()));
      judge(number, kept(summary(errors)));
      leading.to().reject(summary(errors));
      return;
    }
    if (problem != null && whole.equals(offered)) {
      judge(number, kept(problem));
      leading.to().reject(problem);
      return;
    }
    offered = whole;
    warn(whole.problems());
    leading
        .to()
        .apply(
            whole,
            leading.store() == null ? null : Acceptance.text(fromStore.snapshot().revision()))
        .onSuccess(
            revision -> {
              LOG.info("resources taken revision={}", revision);
              folderInForce = fromFolder;
              judge(number, problem == null ? Condition.OK : kept(problem));
            })
        .onFailure(
            e -> {
              judge(number, kept("cannot be put into force: " + e.getMessage()));
              if (e instanceof StoreException failure && failure.mayPass()) {
                AGAIN.execute(() -> again(number));
              }
            });
    if (problem != null) {
      judge(number, kept(problem));
      leading.to().reject(problem);
    }
  }

  /** Why what is in the folder now does not count; null: it does, or there is none. */
  private @Nullable String folderProblem() {
    FolderState state = source == null ? null : source.state();
    return switch (state) {
      case FolderState.Bad bad -> {
        bad.problems().errors().forEach(p -> LOG.error("{}", p.text()));
        yield summary(bad.problems());
      }
      case FolderState.Lost lost -> "resources folder " + folder + describe(lost.reason());
      case FolderState.Good good -> null;
      case null -> null;
    };
  }

  /** The database did not take the revision; a newer state goes first. */
  private synchronized void again(long number) {
    if (number == newest && !closed) {
      changed();
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
          folder != null && Files.exists(folder)
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
    if (source != null) {
      source.close();
    }
  }
}
