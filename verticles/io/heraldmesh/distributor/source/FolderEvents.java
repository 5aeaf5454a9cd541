package io.heraldmesh.distributor.source;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.nio.file.StandardWatchEventKinds.OVERFLOW;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the operating system tells about folders since {@link #forget}. Only makes reading faster
 * and tells a rename from a write: what it misses the poll finds. Used by one thread.
 */
final class FolderEvents implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FolderEvents.class);

  private final Path root;
  private final @Nullable WatchService service;
  private final Map<Path, WatchKey> keys = new HashMap<>();
  private final Set<Path> created = new HashSet<>();
  private final Set<Path> written = new HashSet<>();
  private boolean missed;

  FolderEvents(Path root) {
    this.root = root;
    this.service = open(root);
  }

  private static @Nullable WatchService open(Path root) {
    try {
      return root.getFileSystem().newWatchService();
    } catch (IOException | UnsupportedOperationException e) {
      LOG.warn("folder events are not available, polling instead folder={} reason={}", root, e);
      return null;
    }
  }

  /** Watches exactly these folders from now on. */
  void watch(Set<Path> folders) {
    WatchService open = service;
    if (open == null) {
      return;
    }
    keys.values().removeIf(key -> !key.isValid());
    keys.entrySet()
        .removeIf(
            e -> {
              boolean gone = !folders.contains(e.getKey());
              if (gone) {
                e.getValue().cancel();
              }
              return gone;
            });
    for (Path folder : folders) {
      if (!keys.containsKey(folder)) {
        try {
          keys.put(folder, folder.register(open, ENTRY_CREATE, ENTRY_DELETE, ENTRY_MODIFY));
        } catch (IOException e) {
          LOG.debug("folder cannot be watched, polling folder={} reason={}", folder, e.toString());
        }
      }
    }
  }

  /** Waits for an event, at most so long, and takes in all that are there. */
  void await(long millis) throws InterruptedException {
    WatchService open = service;
    if (open == null) {
      Thread.sleep(millis);
      return;
    }
    WatchKey key = open.poll(millis, TimeUnit.MILLISECONDS);
    while (key != null) {
      take(key);
      key = open.poll();
    }
  }

  /** True when the file came into place whole: created, and not written to since. */
  boolean isRenamedIntoPlace(Path file) {
    return !missed && created.contains(file) && !written.contains(file);
  }

  void forget() {
    created.clear();
    written.clear();
    missed = false;
  }

  private void take(WatchKey key) {
    Path folder = (Path) key.watchable();
    for (WatchEvent<?> event : key.pollEvents()) {
      if (OVERFLOW.equals(event.kind())) {
        missed = true;
      } else if (event.context() instanceof Path name) {
        Path file = folder.resolve(name);
        if (ENTRY_CREATE.equals(event.kind())) {
          created.add(file);
        } else if (ENTRY_MODIFY.equals(event.kind())) {
          written.add(file);
        }
      }
    }
    if (!key.reset()) {
      keys.remove(folder);
    }
  }

  @Override
  public void close() {
    WatchService open = service;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.warn("folder events did not close folder={} reason={}", root, e.toString());
      }
    }
  }
}
