package io.heraldmesh.store.sql;

import io.heraldmesh.store.IssuanceRecord;
import io.heraldmesh.store.Revision;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A store on a small file system of its own that gets full, and read-only, and well again. {@code
 * src/test/lab/crash.sh} mounts one (an argument) and runs this as root.
 */
final class DiskRun {
  private final Path folder;
  private final List<String> acknowledged = new ArrayList<>();
  private int failures;

  private DiskRun(Path folder) {
    this.folder = folder;
  }

  public static void main(String[] args) throws Exception {
    DiskRun run = new DiskRun(Path.of(args[0]));
    System.out.println("| fault | expected | seen | verdict |");
    System.out.println("|---|---|---|---|");
    run.full();
    run.readOnly();
    run.fullAtStart();
    System.exit(run.failures == 0 ? 0 : 1);
  }

  private void full() throws Exception {
    try (Store store = SqliteStore.open(file())) {
      write(store, "before");
      Path filler = folder.resolve("filler");
      fill(filler);
      String seen = untilRefused(store);
      row("disk full", "refused, says so", seen, seen.contains("the disk is full"));
      int kept = there(store);
      row(
          "disk full",
          "all acknowledged is there",
          kept + " of " + acknowledged.size(),
          kept == acknowledged.size());
      Files.delete(filler);
      String after = write(store, "after");
      row("room again", "goes on by itself", after, after.equals("accepted"));
    }
    reopened("room again");
  }

  private void readOnly() throws Exception {
    List<Path> database =
        List.of(
            file(), file().resolveSibling("herald.db-wal"), file().resolveSibling("herald.db-shm"));
    try (Store store = SqliteStore.open(file())) {
      try (ReadOnlyCalls readOnly = new ReadOnlyCalls(database)) {
        String seen = write(store, "read-only");
        row("disk read-only", "refused, says so", seen, !seen.equals("accepted"));
        int kept = there(store);
        row(
            "disk read-only",
            "all acknowledged is read",
            kept + " of " + acknowledged.size(),
            kept == acknowledged.size());
      }
      String after = write(store, "writable");
      row("writable again", "goes on by itself", after, after.equals("accepted"));
    }
    reopened("writable again");
    remount("ro");
    String seen;
    try {
      SqliteStore.open(file()).close();
      seen = "opened";
    } catch (StoreException e) {
      seen = String.valueOf(e.getMessage());
    } finally {
      remount("rw");
    }
    row("read-only at start", "refused, says so", seen, seen.contains("cannot be"));
    reopened("writable again");
  }

  private void fullAtStart() throws Exception {
    Path filler = folder.resolve("filler");
    fill(filler);
    Path other = folder.resolve("other.db");
    String seen;
    try {
      SqliteStore.open(other).close();
      seen = "opened";
    } catch (StoreException e) {
      seen = String.valueOf(e.getMessage());
    }
    row(
        "full at first start",
        "refused, no half-made file",
        seen,
        !seen.equals("opened") && !Files.exists(other));
    Files.delete(filler);
    SqliteStore.open(other).close();
    row("room again", "starts", "started", true);
  }

  private void reopened(String fault) {
    try (Store store = SqliteStore.open(file())) {
      int kept = there(store);
      row(
          fault,
          "the next start finds all of it whole",
          kept + " of " + acknowledged.size(),
          kept == acknowledged.size());
    }
  }

  private String untilRefused(Store store) throws Exception {
    for (int i = 0; i < 100_000; i++) {
      String seen = write(store, "full-" + i);
      if (!seen.equals("accepted")) {
        return seen;
      }
    }
    return "never refused";
  }

  /** {@code accepted}, or what was said instead. */
  private String write(Store store, String serial) throws Exception {
    Instant now = Instant.now();
    try {
      store
          .issuanceLog()
          .append(
              List.of(
                  new IssuanceRecord(
                      serial, "spiffe://mesh.test/a", "n", now, now, now, "ab".repeat(32), "x")))
          .get(20, TimeUnit.SECONDS);
      acknowledged.add(serial);
      return "accepted";
    } catch (ExecutionException e) {
      return String.valueOf(e.getCause() == null ? e : e.getCause().getMessage());
    }
  }

  private int there(Store store) {
    int found = 0;
    for (String serial : acknowledged) {
      found += store.issuanceLog().find(serial).isPresent() ? 1 : 0;
    }
    Revision current = store.revisions().current();
    return current.epoch() == 1 ? found : -1;
  }

  private static void fill(Path filler) {
    byte[] block = new byte[4096];
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      // That is the point: there is no room for another byte.
      return;
    }
  }

  private void remount(String how) throws Exception {
    Process mount =
        new ProcessBuilder("mount", "-o", "remount," + how, folder.toString()).inheritIO().start();
    if (mount.waitFor() != 0) {
      throw new IOException("cannot mount " + folder + " " + how);
    }
  }

  private void row(String fault, String expected, String seen, boolean well) {
    failures += well ? 0 : 1;
    System.out.println(
        "| "
            + String.join(
                " | ", fault, expected, seen.replace(folder.toString(), "…"), well ? "ok" : "WRONG")
            + " |");
  }

  private Path file() {
    return folder.resolve("herald.db");
  }
}
