package io.heraldmesh.admin;

import io.heraldmesh.bus.AdminCaller;
import io.heraldmesh.bus.AdminResources;
import io.heraldmesh.bus.AdminResources.ApplyAnswer;
import io.heraldmesh.bus.AdminResources.ApplyRequest;
import io.heraldmesh.bus.AdminResources.DeleteRequest;
import io.heraldmesh.bus.AdminResources.Deleted;
import io.heraldmesh.bus.AdminResources.Item;
import io.heraldmesh.bus.AdminResources.Outcome;
import io.heraldmesh.bus.AdminResources.Problem;
import io.heraldmesh.bus.AdminResources.Target;
import io.heraldmesh.distributor.source.Acceptance;
import io.heraldmesh.distributor.source.ChangeSet;
import io.heraldmesh.resource.read.ResourceDocuments;
import io.heraldmesh.resource.read.ResourceDocuments.NamedText;
import io.heraldmesh.resource.read.ResourceReader;
import io.heraldmesh.store.ResourceChange.Expected;
import io.heraldmesh.store.ResourceKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Requests to change resources, as changes of the store. Blocks. */
record ResourceDesk(Acceptance acceptance, ResourceCatalog catalog, AuditTrail audit) {
  private static final int MOST = 1000;
  private static final int MOST_CHANGES = 20_000;

  ApplyAnswer apply(AdminCaller caller, ApplyRequest request) throws Bounds.Exceeded {
    Bounds.within("number of files", request.files().size(), 1, MOST);
    Bounds.within("number of expected versions", request.expected().size(), 0, MOST_CHANGES);
    Map<ResourceKey, Expected> expected = expected(request);
    Set<String> names =
        request.files().stream().map(AdminResources.File::name).collect(Collectors.toSet());
    ResourceDocuments documents =
        ResourceReader.documents(
            request.files().stream()
                .map(file -> new NamedText(AuditTrail.bounded(file.name()), file.text()))
                .toList());
    ChangeSet changes = ChangeSet.writing(documents, expected, names);
    // So many, each with the longest names, are still told of in one answer.
    Bounds.within("number of resources", changes.changes().size(), 0, MOST_CHANGES);
    String action = AdminRights.RESOURCES_APPLY.action();
    if (documents.problems().hasErrors()) {
      return new ApplyAnswer(
          request.dryRun()
              ? Acceptance.refused(documents.problems())
              : acceptance.refused(changes, documents.problems(), caller.name(), action));
    }
    for (ResourceKey key : expected.keySet()) {
      if (changes.changes().stream().noneMatch(change -> change.key().equals(key))) {
        throw new Bounds.Exceeded(
            "a version is expected of " + key + ", which is not in the files");
      }
    }
    return new ApplyAnswer(acceptance.change(changes, caller.name(), action, request.dryRun()));
  }

  private static Map<ResourceKey, Expected> expected(ApplyRequest request) throws Bounds.Exceeded {
    Map<ResourceKey, Expected> expected = new HashMap<>();
    for (AdminResources.Expected one : request.expected()) {
      AdminResources.Key key = one.key();
      Bounds.target(new Target(key.kind(), key.namespace(), key.name()));
      expected.put(
          new ResourceKey(key.kind(), key.namespace(), key.name()), expected(one.version()));
    }
    return expected;
  }

  private static Expected expected(@Nullable String version) throws Bounds.Exceeded {
    if (version == null) {
      return new Expected.Any();
    }
    return version.isEmpty() ? new Expected.Absent() : new Expected.At(Bounds.version(version));
  }

  ApplyAnswer delete(AdminCaller caller, DeleteRequest request) throws Bounds.Exceeded {
    Bounds.within("number of resources", request.targets().size(), 1, MOST);
    List<Target> targets = request.targets().stream().map(Deleted::target).toList();
    for (Target target : targets) {
      Bounds.target(target);
    }
    Map<Target, ResourceKey> there = catalog.find(targets);
    Map<ResourceKey, Expected> found = new LinkedHashMap<>();
    List<Target> missing = new ArrayList<>();
    List<Problem> inFolder = new ArrayList<>();
    for (Deleted deleted : request.targets()) {
      Expected expected = expected(deleted.version());
      ResourceKey key = there.get(deleted.target());
      if (key != null) {
        found.put(key, expected);
      } else {
        catalog
            .findInFolder(deleted.target())
            .ifPresentOrElse(
                item -> inFolder.add(inFolder(item)), () -> missing.add(deleted.target()));
      }
    }
    if (!inFolder.isEmpty()) {
      if (!request.dryRun()) {
        audit
            .refused(
                caller.name(),
                AdminRights.RESOURCES_DELETE.action(),
                inFolder.getFirst().file(),
                inFolder.getFirst().message())
            .join();
      }
      return new ApplyAnswer(new Outcome.Refused(new AdminResources.Problems(inFolder, 0)));
    }
    if (!missing.isEmpty()) {
      return new ApplyAnswer(new Outcome.Missing(missing));
    }
    return new ApplyAnswer(
        acceptance.change(
            ChangeSet.deleting(found),
            caller.name(),
            AdminRights.RESOURCES_DELETE.action(),
            request.dryRun()));
  }

  private static Problem inFolder(Item item) {
    int colon = item.source().lastIndexOf(':');
    return new Problem(
        item.source().substring(0, colon),
        Integer.parseInt(item.source().substring(colon + 1)),
        1,
        "error",
        "",
        "",
        item.key() + " stands in this file, not in the store",
        "delete it there");
  }
}
