package io.heraldmesh.distributor.source;

import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.resource.read.ResourceDocument;
import io.heraldmesh.resource.read.ResourceDocuments;
import io.heraldmesh.resource.read.ResourceDocuments.NamedText;
import io.heraldmesh.resource.read.ResourceReader;
import io.heraldmesh.store.ApplyResult;
import io.heraldmesh.store.ResourceChange;
import io.heraldmesh.store.ResourceKey;
import io.heraldmesh.store.ResourceRepository;
import io.heraldmesh.store.ResourceRepository.Snapshot;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.StoredResource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The resources that were accepted into the store, read. What did not change is not parsed again,
 * and what was read or written here last is known without asking the database. Blocks for it
 * otherwise; thread-safe.
 */
public final class AcceptedResources {
  /** In front of the name that a stored resource has in messages. */
  public static final String PREFIX = "store:";

  private final ResourceRepository repository;
  private Map<ResourceKey, Parsed> parsed = Map.of();
  private volatile @Nullable Accepted known;

  private record Parsed(Revision at, ResourceDocuments documents) {}

  /**
   * Everything of one moment.
   *
   * @param stored by key
   * @param resources the same, read; with an error among the problems when this jar cannot read
   *     what another has accepted
   */
  public record Accepted(
      Snapshot snapshot, Map<ResourceKey, StoredResource> stored, Resources resources) {
    public static final Accepted NONE =
        new Accepted(
            new Snapshot(new Revision(0, 0), new Revision(0, 0), List.of()),
            Map.of(),
            Resources.NONE);

    public Accepted {
      stored = Map.copyOf(stored);
    }

    /** See {@link ResourceRepository#newest}. */
    public Revision newest() {
      return snapshot.newest();
    }
  }

  public AcceptedResources(ResourceRepository repository) {
    this.repository = repository;
  }

  public ResourceRepository repository() {
    return repository;
  }

  /**
   * Reads all of them unless they are those of {@code held}.
   *
   * @throws io.heraldmesh.store.StoreException when the database cannot be read
   */
  public Accepted read(Accepted held) {
    Revision there = repository.newest();
    if (there.equals(held.newest())) {
      return held;
    }
    Accepted newest = known;
    return newest != null && there.equals(newest.newest()) ? newest : read();
  }

  /**
   * Reads all of them.
   *
   * @throws io.heraldmesh.store.StoreException when the database cannot be read
   */
  public synchronized Accepted read() {
    return taken(repository.all());
  }

  /** The newest that is known here; another control node may have changed them since. */
  Accepted known() {
    Accepted newest = known;
    return newest == null ? read() : newest;
  }

  /**
   * These changes of {@code before} are in the store.
   *
   * @param at those that differed, of which there are some
   */
  synchronized void changed(
      Accepted before,
      List<ResourceChange> changes,
      ApplyResult.Applied at,
      String changedBy,
      Instant now) {
    Map<ResourceKey, StoredResource> all = new TreeMap<>(before.stored());
    for (ResourceChange change : changes) {
      ResourceKey key = change.key();
      if (change.content() == null) {
        all.remove(key);
      } else if (at.changed().contains(key)) {
        all.put(key, new StoredResource(key, at.revision(), change.content(), changedBy, now));
      }
    }
    Accepted newest = known;
    if (newest == null || newest.snapshot().revision().compareTo(at.revision()) < 0) {
      taken(new Snapshot(at.revision(), at.revision(), List.copyOf(all.values())));
    }
  }

  private Accepted taken(Snapshot snapshot) {
    Map<ResourceKey, Parsed> fresh = new HashMap<>();
    Map<ResourceKey, StoredResource> stored = new HashMap<>();
    List<io.heraldmesh.resource.Resource> resources = new ArrayList<>();
    Problems problems = Problems.NONE;
    for (StoredResource one : snapshot.resources()) {
      Parsed before = parsed.get(one.key());
      Parsed now = before != null && before.at().equals(one.revision()) ? before : parse(one);
      fresh.put(one.key(), now);
      stored.put(one.key(), one);
      now.documents().all().forEach(document -> resources.add(document.resource()));
      problems = problems.and(now.documents().problems());
    }
    parsed = fresh;
    Accepted made = new Accepted(snapshot, stored, new Resources(resources, problems));
    known = made;
    return made;
  }

  private static Parsed parse(StoredResource stored) {
    return new Parsed(
        stored.revision(),
        ResourceReader.documents(
            List.of(new NamedText(name(stored.key()), content(stored.content())))));
  }

  private static String content(@Nullable String content) {
    return content == null ? "" : content;
  }

  /** How messages name a stored resource, in place of a file. */
  public static String name(ResourceKey key) {
    return PREFIX
        + key.kind().substring(key.kind().lastIndexOf('/') + 1)
        + "/"
        + (key.namespace().isEmpty() ? "" : key.namespace() + "/")
        + key.name();
  }

  /** Which resource of the store a document is. */
  public static ResourceKey key(ResourceDocument document) {
    return new ResourceKey(
        document.type(),
        document.resource().metadata().namespace(),
        document.resource().metadata().name());
  }
}
