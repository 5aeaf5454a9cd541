package io.heraldmesh.distributor.source;

import io.heraldmesh.resource.Resource;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.resource.read.ResourceDocument;
import io.heraldmesh.resource.read.ResourceDocuments;
import io.heraldmesh.store.ResourceChange;
import io.heraldmesh.store.ResourceChange.Expected;
import io.heraldmesh.store.ResourceKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Changes that belong together, and what they were read from.
 *
 * @param changes each resource at most once
 * @param resources what is to be there afterwards, of those that are changed
 * @param problems of reading them
 * @param files by which problems name what was read
 */
public record ChangeSet(
    List<ResourceChange> changes, List<Resource> resources, Problems problems, Set<String> files) {

  public ChangeSet {
    changes = List.copyOf(changes);
    resources = List.copyOf(resources);
    files = Set.copyOf(files);
  }

  /** Writes these documents, each provided that what is expected is there. */
  public static ChangeSet writing(
      ResourceDocuments documents, Map<ResourceKey, Expected> expected, Set<String> files) {
    Map<ResourceKey, ResourceChange> changes = new LinkedHashMap<>();
    for (ResourceDocument document : documents.all()) {
      ResourceKey key = AcceptedResources.key(document);
      changes.put(
          key,
          new ResourceChange(key, document.text(), expected.getOrDefault(key, new Expected.Any())));
    }
    return new ChangeSet(
        List.copyOf(changes.values()),
        documents.all().stream().map(ResourceDocument::resource).toList(),
        documents.problems(),
        files);
  }

  /** Deletes these, each provided that what is expected is there. */
  public static ChangeSet deleting(Map<ResourceKey, Expected> targets) {
    return new ChangeSet(
        targets.entrySet().stream()
            .map(target -> new ResourceChange(target.getKey(), null, target.getValue()))
            .toList(),
        List.of(),
        Problems.NONE,
        Set.of());
  }

  Set<ResourceKey> keys() {
    return changes.stream().map(ResourceChange::key).collect(Collectors.toSet());
  }
}
