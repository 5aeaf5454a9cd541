package io.heraldmesh.store.sql;

import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One thread that makes one transaction of all that arrives within a few milliseconds, so that many
 * writers share one sync of the disk. Futures complete on this thread, after the sync; what hangs
 * on them must not block.
 */
final class GroupWriter implements AutoCloseable {
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int MAX_GROUP = 2_000;
  private static final int MAX_WAITING = 20_000;

  /** Wakes a writer that waits for work when there will be no more. */
  private static final Task<?> END = new Single<>(connection -> true);

  private final Connections connections;
  private final Dialect dialect;
  private final String name;
  private final BlockingQueue<Task<?>> waiting = new LinkedBlockingQueue<>(MAX_WAITING);
  private final Thread thread;
  private final Object closing = new Object();
  private boolean closed;

  /** Where the connection of a group comes from. Auto-commit is off. */
  interface Connections {
    Connection borrow() throws SQLException;

    void giveBack(Connection connection) throws SQLException;

    /** Nothing is borrowed any more. */
    void close() throws SQLException;
  }

  GroupWriter(Connections connections, Dialect dialect, String name) {
    this.connections = connections;
    this.dialect = dialect;
    this.name = name;
    this.thread = Thread.ofPlatform().name("herald-store").daemon().start(this::loop);
  }

  /** Queues {@code work}; one that fails leaves the others of its group alone. */
  <T> CompletableFuture<T> submit(Work<T> work) {
    return queue(new Single<>(work));
  }

  /** Queues {@code item}, to be added together with the others of its group. */
  <P> CompletableFuture<Void> append(Batch<P> batch, P item) {
    return queue(new Item<>(batch, item)).thenApply(nothing -> null);
  }

  private <T> CompletableFuture<T> queue(Task<T> task) {
    synchronized (closing) {
      if (closed) {
        task.future.completeExceptionally(new StoreException(Reason.CLOSED, name + ": is closed"));
      } else if (!waiting.offer(task)) {
        task.future.completeExceptionally(
            new StoreException(
                Reason.BUSY,
                name + ": " + MAX_WAITING + " writes are waiting; the disk is too slow"));
      }
    }
    return task.future;
  }

  @Override
  public void close() {
    synchronized (closing) {
      if (!closed) {
        closed = true;
        // Where the queue is full the writer is awake, and sees it.
        waiting.offer(END);
      }
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        // What was queued must not be lost; the interrupt is passed on when it is written.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void loop() {
    try {
      for (List<Task<?>> group = gather(); !group.isEmpty(); group = gather()) {
        write(group);
      }
    } finally {
      try {
        connections.close();
      } catch (SQLException e) {
        failAll(dialect.failure(name, e));
      }
    }
  }

  /** Waits for work; empty once all is done and the writer is closed. */
  private List<Task<?>> gather() {
    List<Task<?>> group = new ArrayList<>();
    while (group.isEmpty() && !(closed() && waiting.isEmpty())) {
      try {
        gather(group);
      } catch (InterruptedException e) {
        // Nobody but us knows this thread; go on with what there is.
        waiting.drainTo(group);
      }
      group.remove(END);
    }
    return group;
  }

  private void gather(List<Task<?>> group) throws InterruptedException {
    Task<?> first = waiting.take();
    group.add(first);
    if (first instanceof Single<?>) {
      waiting.drainTo(group, MAX_GROUP - 1);
      return;
    }
    long end = System.nanoTime() + GATHER_NANOS;
    for (long left = GATHER_NANOS; left > 0 && group.size() < MAX_GROUP; ) {
      Task<?> next = waiting.poll(left, TimeUnit.NANOSECONDS);
      if (next != null) {
        group.add(next);
      }
      left = end - System.nanoTime();
    }
  }

  private boolean closed() {
    synchronized (closing) {
      return closed;
    }
  }

  private void write(List<Task<?>> group) {
    Connection connection = null;
    List<Task<?>> done = new ArrayList<>(group.size());
    try {
      connection = connections.borrow();
      Map<Batch<?>, List<Item<?>>> batches = new LinkedHashMap<>();
      for (Task<?> task : group) {
        switch (task) {
          case Single<?> single -> alone(connection, single, done);
          case Item<?> item ->
              batches.computeIfAbsent(item.batch, none -> new ArrayList<>()).add(item);
        }
      }
      for (List<Item<?>> items : ranked(batches)) {
        together(connection, items, done);
      }
      connection.commit();
    } catch (SQLException e) {
      rollback(connection);
      StoreException failure = dialect.failure(name, e);
      group.forEach(task -> task.future.completeExceptionally(failure));
      return;
    } finally {
      giveBack(connection);
    }
    done.forEach(Task::complete);
  }

  private static List<List<Item<?>>> ranked(Map<Batch<?>, List<Item<?>>> batches) {
    return batches.entrySet().stream()
        .sorted(Comparator.comparingInt(one -> one.getKey().rank()))
        .map(Map.Entry::getValue)
        .toList();
  }

  private void alone(Connection connection, Task<?> task, List<Task<?>> done) throws SQLException {
    Savepoint before = connection.setSavepoint();
    try {
      task.run(connection);
      done.add(task);
    } catch (SQLException e) {
      undo(connection, before, e);
      task.future.completeExceptionally(dialect.failure(name, e));
    } catch (RuntimeException e) {
      undo(connection, before, new SQLException(e));
      task.future.completeExceptionally(e);
    }
    connection.releaseSavepoint(before);
  }

  /** All items of a batch at once; where that fails, each for itself. */
  private void together(Connection connection, List<Item<?>> items, List<Task<?>> done)
      throws SQLException {
    if (items.size() > 1) {
      Savepoint before = connection.setSavepoint();
      try {
        runAll(connection, items.getFirst(), items);
        connection.releaseSavepoint(before);
        done.addAll(items);
        return;
      } catch (SQLException e) {
        undo(connection, before, e);
        connection.releaseSavepoint(before);
        if (dialect.again(e)) {
          throw e;
        }
      } catch (RuntimeException e) {
        undo(connection, before, new SQLException(e));
        connection.releaseSavepoint(before);
      }
    }
    for (Item<?> item : items) {
      alone(connection, item, done);
    }
  }

  /**
   * Takes back what was done since {@code before}. Where that cannot be, as SQLite has rolled back
   * everything by itself on a full disk, the whole group fails for {@code why}: nothing of it is
   * there.
   */
  private static void undo(Connection connection, Savepoint before, SQLException why)
      throws SQLException {
    try {
      connection.rollback(before);
    } catch (SQLException gone) {
      why.addSuppressed(gone);
      throw why;
    }
  }

  private static <P> void runAll(Connection connection, Item<P> first, List<Item<?>> items)
      throws SQLException {
    List<P> values = new ArrayList<>(items.size());
    for (Item<?> item : items) {
      @SuppressWarnings("unchecked") // The items of one batch are of its type.
      P value = (P) item.value;
      values.add(value);
    }
    first.batch.run(connection, values);
  }

  private void rollback(@Nullable Connection connection) {
    if (connection == null) {
      return;
    }
    try {
      connection.rollback();
    } catch (SQLException e) {
      // SQLite has rolled back by itself, as it does on a full disk, or the connection is gone; the
      // first failure counts.
      beginAgain(connection);
    }
  }

  private void beginAgain(Connection connection) {
    try {
      dialect.beginAgain(connection);
    } catch (SQLException e) {
      // Then each group fails at its commit, and says why.
      return;
    }
  }

  private void giveBack(@Nullable Connection connection) {
    try {
      if (connection != null) {
        connections.giveBack(connection);
      }
    } catch (SQLException e) {
      // The pool throws a broken connection away; what was committed is committed.
      return;
    }
  }

  private void failAll(StoreException failure) {
    synchronized (closing) {
      closed = true;
    }
    for (Task<?> task = waiting.poll(); task != null; task = waiting.poll()) {
      task.future.completeExceptionally(failure);
    }
  }

  private abstract static sealed class Task<T> {
    final CompletableFuture<T> future = new CompletableFuture<>();

    abstract void run(Connection connection) throws SQLException;

    abstract void complete();
  }

  private static final class Single<T> extends Task<T> {
    private final Work<T> work;
    private T result;

    @SuppressWarnings("NullAway.Init") // The result is there once run() has been called.
    Single(Work<T> work) {
      this.work = work;
    }

    @Override
    void run(Connection connection) throws SQLException {
      result = work.run(connection);
    }

    @Override
    void complete() {
      future.complete(result);
    }
  }

  private static final class Item<P> extends Task<Boolean> {
    private final Batch<P> batch;
    private final P value;

    Item(Batch<P> batch, P value) {
      this.batch = batch;
      this.value = value;
    }

    @Override
    void run(Connection connection) throws SQLException {
      batch.run(connection, List.of(value));
    }

    @Override
    void complete() {
      future.complete(true);
    }
  }
}
