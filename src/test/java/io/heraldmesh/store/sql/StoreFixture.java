package io.heraldmesh.store.sql;

import io.heraldmesh.store.Store;
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

/** A store that is opened before each test, whatever database is under it. */
abstract class StoreFixture {
  Store store;

  /** Opens the test's database. */
  abstract Store open();

  /** Where several may write: a second store over the same database. */
  abstract List<Store> both();

  @BeforeEach
  void openStore() {
    store = open();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  final void closeOther(List<Store> stores) {
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
