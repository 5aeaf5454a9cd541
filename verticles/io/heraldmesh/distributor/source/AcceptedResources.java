package io.heraldmesh.distributor.source;

import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.resource.read.ResourceDocument;
import io.heraldmesh.resource.read.ResourceDocuments;
import io.heraldmesh.resource.read.ResourceDocuments.NamedText;
import io.heraldmesh.resource.read.ResourceReader;
import io.heraldmesh.store.ResourceKey;
import io.heraldmesh.store.ResourceRepository;
import io.heraldmesh.store.ResourceRepository.Mark;
import io.heraldmesh.store.ResourceRepository.Snapshot;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.StoredResource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The resources that were accepted into the store, read. What did not change is not parsed again.
 * Blocks for the database; thread-safe.
 */
public final class AcceptedResources {
  /** In front of the name that a stored resource has in messages. */
  public static final String PREFIX = "store:";

  private final ResourceRepository repository;
  private Map<ResourceKey, Parsed> parsed = Map.of();

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
        new Accepted(new Snapshot(new Revision(0, 0), List.of()), Map.of(), Resources.NONE);

    public Accepted {
      stored = Map.copyOf(stored);
    }

    /** The newest revision at which one of them was changed; 0.0 when there is none. */
    public Revision newest() {
      return mark().newest();
    }

    Mark mark() {
      return new Mark(
          stored.size(),
          snapshot.resources().stream()
              .map(StoredResource::revision)
              .max(Revision::compareTo)
              .orElse(new Revision(0, 0)));
    }
  }

  public AcceptedResources(ResourceRepository repository) {
    this.repository = repository;
  }

  public ResourceRepository repository() {
    return repository;
  }

  /**
   * Reads all of them unless they are those of {@code known}.
   *
   * @throws io.heraldmesh.store.StoreException when the database cannot be read
   */
  public Accepted read(Accepted known) {
    return repository.mark().equals(known.mark()) ? known : read();
  }

  /**
   * Reads all of them.
   *
   * @throws io.heraldmesh.store.StoreException when the database cannot be read
   */
  public synchronized Accepted read() {
    Snapshot snapshot = repository.all();
    Map<ResourceKey, Parsed> fresh = new HashMap<>();
    Map<ResourceKey, StoredResource> stored = new HashMap<>();
    List<io.heraldmesh.resource.Resource> resources = new ArrayList<>();
    Problems problems = Problems.NONE;
    for (StoredResource one : snapshot.resources()) {
      Parsed known = parsed.get(one.key());
      Parsed now = known != null && known.at().equals(one.revision()) ? known : parse(one);
      fresh.put(one.key(), now);
      stored.put(one.key(), one);
      now.documents().all().forEach(document -> resources.add(document.resource()));
      problems = problems.and(now.documents().problems());
    }
    parsed = fresh;
    return new Accepted(snapshot, stored, new Resources(resources, problems));
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
