package io.heraldmesh.bus;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What travels about resources: see {@link AdminService}. */
public final class AdminResources {
  private AdminResources() {}

  /**
   * Which resource it is.
   *
   * @param kind group and kind, such as {@code security.istio.io/AuthorizationPolicy}; of the core
   *     group the kind alone
   * @param namespace empty: it has none
   */
  public record Key(String kind, String namespace, String name) {

    /** {@code AuthorizationPolicy ns/name}. */
    @Override
    public String toString() {
      return kind.substring(kind.lastIndexOf('/') + 1)
          + " "
          + (namespace.isEmpty() ? "" : namespace + "/")
          + name;
    }
  }

  /**
   * One resource as it is in force or about to be.
   *
   * @param version {@code epoch.number} of its last change, to compare with; empty: it is not in
   *     the store, but in a file of {@code source}
   * @param source {@code store}, or the file and line that it stands at
   * @param changedBy who changed it last; empty for a file's
   * @param content the YAML; null when it was not asked for, and for a file's
   */
  public record Item(
      Key key,
      String version,
      String source,
      String changedBy,
      @Nullable Instant changedAt,
      @Nullable String content) {}

  /**
   * @param kind as in {@link Key}, or the kind alone, in the plural too, in any case; null: all
   * @param namespace null: all
   * @param content true: with their YAML
   * @param after the last one of the page before; null: from the first
   * @param most 1 to {@link AdminService#PAGE}
   */
  public record ListRequest(
      @Nullable String kind,
      @Nullable String namespace,
      boolean content,
      @Nullable Key after,
      int most) {}

  /**
   * In the order of their keys. A page also ends before it grows larger than 4 MiB.
   *
   * @param next to go on after; null: this is the end
   */
  public record Page(List<Item> items, @Nullable Key next) {
    public Page {
      items = List.copyOf(items);
    }
  }

  /**
   * One resource by name.
   *
   * @param kind as in {@link ListRequest}
   * @param namespace null: none, and else {@code default}
   */
  public record Target(String kind, @Nullable String namespace, String name) {}

  /** Asks for one. */
  public record GetRequest(Target target) {}

  /**
   * @param item null: there is none
   */
  public record Found(@Nullable Item item) {}

  /**
   * Part of what is applied.
   *
   * @param name stands for it in problems
   * @param text YAML or JSON, of one document or several; at most 4 MiB
   */
  public record File(String name, String text) {}

  /**
   * What must be there for a change to be made.
   *
   * @param version {@code epoch.number}; empty: the resource must not be there
   */
  public record Expected(Key key, String version) {}

  /**
   * @param files at most 1,000, together at most about 8 MiB, with at most 20,000 resources
   * @param expected compares before it sets; resources that are not named may be at any version
   * @param dryRun true: says what would happen, and changes nothing
   */
  public record ApplyRequest(List<File> files, List<Expected> expected, boolean dryRun) {
    public ApplyRequest {
      files = List.copyOf(files);
      expected = List.copyOf(expected);
    }
  }

  /** One to be deleted, compared first when a version is named. */
  public record Deleted(Target target, @Nullable String version) {}

  /**
   * @param targets 1 to 1,000; all of them are deleted, or none
   * @param dryRun true: says what would happen, and changes nothing
   */
  public record DeleteRequest(List<Deleted> targets, boolean dryRun) {
    public DeleteRequest {
      targets = List.copyOf(targets);
    }
  }

  /** What became of a set of changes. */
  public record ApplyAnswer(Outcome outcome) {}

  /** All of it, or nothing. */
  public sealed interface Outcome {

    /**
     * It is on disk, and on its way to the nodes; of a dry run, it would be.
     *
     * @param revision {@code epoch.number} to wait for: see {@link AdminService#awaitInForce}
     * @param changes what became of each resource that was named
     * @param warnings about what was named, and those elsewhere that this change brings
     */
    record Applied(String revision, boolean dryRun, List<Change> changes, Problems warnings)
        implements Outcome {
      public Applied {
        changes = List.copyOf(changes);
      }
    }

    /** Nothing was changed, because the resources have errors, or would have with the others. */
    record Refused(Problems problems) implements Outcome {}

    /** Nothing was changed, because some are not at the version that was expected. */
    record Conflicted(List<Conflict> conflicts) implements Outcome {
      public Conflicted {
        conflicts = List.copyOf(conflicts);
      }
    }

    /** Nothing was changed, because these are not there. */
    record Missing(List<Target> targets) implements Outcome {
      public Missing {
        targets = List.copyOf(targets);
      }
    }
  }

  /** What became of one resource. */
  public enum Action {
    CREATED,
    CHANGED,
    UNCHANGED,
    DELETED
  }

  /**
   * @param version its version now; of a dry run, the one before; empty when it is not there
   */
  public record Change(Key key, Action action, String version) {}

  /**
   * @param expected empty: that it is not there
   * @param found empty: it is not there
   */
  public record Conflict(Key key, String expected, String found) {}

  /**
   * Problems in the order of the files.
   *
   * @param listed at most 500
   * @param more how many there are besides
   */
  public record Problems(List<Problem> listed, int more) {
    public static final Problems NONE = new Problems(List.of(), 0);

    public Problems {
      listed = List.copyOf(listed);
    }
  }

  /** As {@code herald lint -o json} prints it. */
  public record Problem(
      String file,
      int line,
      int column,
      String level,
      String code,
      String field,
      String message,
      String hint) {

    /** {@code file:line:column: error HLD0107 field: what is wrong; what to do}. */
    public String text() {
      return file
          + ":"
          + line
          + ":"
          + column
          + ": "
          + level
          + " "
          + code
          + (field.isEmpty() ? "" : " " + field)
          + ": "
          + message
          + "; "
          + hint;
    }
  }

  /**
   * @param before only older ones than this version; null: from the newest
   * @param most 1 to 50
   */
  public record HistoryRequest(Target target, @Nullable String before, int most) {}

  /**
   * Newest first. A page also ends before it grows larger than 4 MiB.
   *
   * @param next to ask with as {@code before}; null: this is the end
   */
  public record HistoryPage(List<Past> versions, @Nullable String next) {
    public HistoryPage {
      versions = List.copyOf(versions);
    }
  }

  /**
   * @param content null: it was deleted
   */
  public record Past(
      Key key, String version, String changedBy, Instant changedAt, @Nullable String content) {}
}
