package io.heraldmesh.admin;

import io.heraldmesh.bus.AdminResources.Found;
import io.heraldmesh.bus.AdminResources.HistoryPage;
import io.heraldmesh.bus.AdminResources.Item;
import io.heraldmesh.bus.AdminResources.Key;
import io.heraldmesh.bus.AdminResources.ListRequest;
import io.heraldmesh.bus.AdminResources.Page;
import io.heraldmesh.bus.AdminResources.Past;
import io.heraldmesh.bus.AdminResources.Target;
import io.heraldmesh.distributor.source.Acceptance;
import io.heraldmesh.resource.Metadata;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.read.KindNames;
import io.heraldmesh.store.ResourceKey;
import io.heraldmesh.store.ResourceRepository;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.StoredResource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What there is, in the store and in the folder, to be looked at. Blocks for the database.
 *
 * @param folder the resources of the watched folder that are in force
 */
record ResourceCatalog(ResourceRepository store, Supplier<Resources> folder) {
  private static final int MOST_PAGE_CHARS = 4 << 20;
  private static final Comparator<Key> ORDER =
      Comparator.comparing(Key::kind).thenComparing(Key::namespace).thenComparing(Key::name);

  Page list(ListRequest request) {
    List<Item> found =
        all(request.content())
            .filter(
                item ->
                    request.kind() == null || KindNames.isSame(request.kind(), item.key().kind()))
            .filter(
                item ->
                    request.namespace() == null
                        || request.namespace().equals(item.key().namespace()))
            .filter(
                item -> request.after() == null || ORDER.compare(item.key(), request.after()) > 0)
            .sorted(Comparator.comparing(Item::key, ORDER))
            .toList();
    List<Item> page = new ArrayList<>();
    long chars = 0;
    for (Item item : found) {
      chars += item.content() == null ? 0 : item.content().length();
      if (page.size() == request.most() || chars > MOST_PAGE_CHARS && !page.isEmpty()) {
        return new Page(page, page.getLast().key());
      }
      page.add(item);
    }
    return new Page(page, null);
  }

  Found get(Target target) {
    return new Found(
        Stream.concat(stored(true), inFolder())
            .filter(item -> isTarget(target, item.key()))
            .min(Comparator.comparing(Item::key, ORDER))
            .orElse(null));
  }

  /** The keys of those that are in the store, which is read once, however many are looked for. */
  Map<Target, ResourceKey> find(Collection<Target> targets) {
    Map<String, List<ResourceKey>> byName =
        store.all().resources().stream()
            .map(StoredResource::key)
            .collect(Collectors.groupingBy(ResourceKey::name));
    Map<Target, ResourceKey> found = new HashMap<>();
    for (Target target : targets) {
      byName.getOrDefault(target.name(), List.of()).stream()
          .filter(key -> isTarget(target, Acceptance.Shown.key(key)))
          .min(Comparator.naturalOrder())
          .ifPresent(key -> found.put(target, key));
    }
    return found;
  }

  /** Where in the folder it stands; empty when it does not. */
  Optional<Item> findInFolder(Target target) {
    return inFolder().filter(item -> isTarget(target, item.key())).findFirst();
  }

  /** Also of what is not there any more, which only a kind in full can name. */
  HistoryPage history(Target target, @Nullable Revision before, int most) {
    ResourceKey key = past(target);
    List<Past> page = new ArrayList<>();
    long chars = 0;
    for (StoredResource past : store.history(key, before, most + 1)) {
      chars += past.content() == null ? 0 : past.content().length();
      if (page.size() == most || chars > MOST_PAGE_CHARS && !page.isEmpty()) {
        return new HistoryPage(page, page.getLast().version());
      }
      page.add(
          new Past(
              Acceptance.Shown.key(past.key()),
              Acceptance.text(past.revision()),
              past.changedBy(),
              past.changedAt(),
              past.content()));
    }
    return new HistoryPage(page, null);
  }

  /** Without a namespace: of none, where the store ever had that one, else of {@code default}. */
  private ResourceKey past(Target target) {
    ResourceKey there = find(List.of(target)).get(target);
    if (there != null) {
      return there;
    }
    String namespace = target.namespace();
    ResourceKey key =
        new ResourceKey(target.kind(), namespace == null ? "" : namespace, target.name());
    return namespace == null && store.history(key, 1).isEmpty()
        ? new ResourceKey(target.kind(), "default", target.name())
        : key;
  }

  private Stream<Item> all(boolean content) {
    return Stream.concat(stored(content), inFolder());
  }

  private Stream<Item> stored(boolean content) {
    return store.all().resources().stream()
        .map(
            one ->
                new Item(
                    Acceptance.Shown.key(one.key()),
                    Acceptance.text(one.revision()),
                    "store",
                    one.changedBy(),
                    one.changedAt(),
                    content ? one.content() : null));
  }

  private Stream<Item> inFolder() {
    return folder.get().all().stream()
        .map(
            resource -> {
              Metadata metadata = resource.metadata();
              return new Item(
                  new Key(resource.type(), metadata.namespace(), metadata.name()),
                  "",
                  metadata.at().file() + ":" + metadata.at().line(),
                  "",
                  null,
                  null);
            });
  }

  private static boolean isTarget(Target target, Key key) {
    return KindNames.isSame(target.kind(), key.kind())
        && target.name().equals(key.name())
        && (target.namespace() == null
            ? key.namespace().isEmpty() || key.namespace().equals("default")
            : target.namespace().equals(key.namespace()));
  }
}
