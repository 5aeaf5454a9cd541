package io.heraldmesh.store.sql;

import io.heraldmesh.store.Store;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A store that is opened before each test, whatever database is under it. */
abstract class StoreFixture {
  /** For databases that are files. */
  @TempDir Path folder;

  TestDatabase database;
  Store store;

  /** A database with nothing in it, another one each time. */
  abstract TestDatabase empty();

  @BeforeEach
  final void openEmpty() {
    database = empty();
    store = open();
  }

  final Store open() {
    return database.open();
  }

  /** {@link #store}, and where several may write, others over the same database. */
  final List<Store> several(int most) {
    List<Store> stores = new ArrayList<>(List.of(store));
    while (database.takesSeveral() && stores.size() < most) {
      stores.add(open());
    }
    return stores;
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  final void closeOthers(List<Store> stores) {
    stores.subList(1, stores.size()).forEach(Store::close);
  }

  final void reopen() {
    store.close();
    store = open();
  }

  static void await(CompletableFuture<?> future) throws Exception {
    future.get(20, TimeUnit.SECONDS);
  }

  static <T> List<T> inParallel(List<Callable<T>> work) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(work.size())) {
      List<T> results = new ArrayList<>();
      for (Future<T> done : threads.invokeAll(work, 60, TimeUnit.SECONDS)) {
        results.add(done.get());
      }
      return results;
    }
  }
}
