package io.heraldmesh.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The one thread that uses the connection. It makes one transaction of all that arrives within a
 * few milliseconds, so that many writers share one sync of the disk. Futures complete on this
 * thread, after the sync; what hangs on them must not block.
 */
final class GroupWriter implements AutoCloseable {
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int MAX_GROUP = 2_000;
  private static final int MAX_WAITING = 20_000;

  private final Connection connection;
  private final String name;
  private final BlockingQueue<Task<?>> waiting = new LinkedBlockingQueue<>(MAX_WAITING);
  private final Thread thread;
  private final Object closing = new Object();
  private boolean closed;

  /** What is done inside of a transaction. */
  interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  GroupWriter(Connection connection, String name) {
    this.connection = connection;
    this.name = name;
    this.thread = Thread.ofPlatform().name("herald-store").daemon().start(this::loop);
  }

  /** Queues {@code work}; one that fails leaves the others of its group alone. */
  <T> CompletableFuture<T> submit(Work<T> work) {
    Task<T> task = new Task<>(work);
    synchronized (closing) {
      if (closed) {
        task.future.completeExceptionally(new StoreException(name + ": is closed"));
      } else if (!waiting.offer(task)) {
        task.future.completeExceptionally(
            new StoreException(
                name + ": " + MAX_WAITING + " writes are waiting; the disk is too slow"));
      }
    }
    return task.future;
  }

  @Override
  public void close() {
    synchronized (closing) {
      closed = true;
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
      connection.setAutoCommit(false);
      for (List<Task<?>> group = gather(); !group.isEmpty(); group = gather()) {
        write(group);
      }
    } catch (SQLException e) {
      failAll(SqliteFile.failure(name, e));
    } finally {
      try {
        connection.close();
      } catch (SQLException e) {
        failAll(SqliteFile.failure(name, e));
      }
    }
  }

  /** Waits for work; empty once all is done and the writer is closed. */
  private List<Task<?>> gather() {
    List<Task<?>> group = new ArrayList<>();
    try {
      Task<?> first = null;
      while (first == null) {
        first = waiting.poll(20, TimeUnit.MILLISECONDS);
        if (first == null) {
          synchronized (closing) {
            if (closed && waiting.isEmpty()) {
              return group;
            }
          }
        }
      }
      group.add(first);
      long end = System.nanoTime() + GATHER_NANOS;
      for (long left = GATHER_NANOS; left > 0 && group.size() < MAX_GROUP; ) {
        Task<?> next = waiting.poll(left, TimeUnit.NANOSECONDS);
        if (next != null) {
          group.add(next);
        }
        left = end - System.nanoTime();
      }
    } catch (InterruptedException e) {
      // Nobody but us knows this thread; go on with what there is.
      waiting.drainTo(group);
    }
    return group;
  }

  private void write(List<Task<?>> group) {
    List<Task<?>> done = new ArrayList<>(group.size());
    try {
      for (Task<?> task : group) {
        Savepoint before = connection.setSavepoint();
        try {
          task.run(connection);
          connection.releaseSavepoint(before);
          done.add(task);
        } catch (SQLException e) {
          connection.rollback(before);
          connection.releaseSavepoint(before);
          task.future.completeExceptionally(SqliteFile.failure(name, e));
        } catch (RuntimeException e) {
          connection.rollback(before);
          connection.releaseSavepoint(before);
          task.future.completeExceptionally(e);
        }
      }
      connection.commit();
    } catch (SQLException e) {
      rollback();
      StoreException failure = SqliteFile.failure(name, e);
      group.forEach(task -> task.future.completeExceptionally(failure));
      return;
    }
    done.forEach(Task::complete);
  }

  private void rollback() {
    try {
      connection.rollback();
    } catch (SQLException e) {
      // SQLite has rolled back by itself (as it does on a full disk); the commit's failure counts.
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

  private static final class Task<T> {
    private final Work<T> work;
    private final CompletableFuture<T> future = new CompletableFuture<>();
    private T result;

    @SuppressWarnings("NullAway.Init") // The result is there once run() has been called.
    Task(Work<T> work) {
      this.work = work;
    }

    void run(Connection connection) throws SQLException {
      result = work.run(connection);
    }

    void complete() {
      future.complete(result);
    }
  }
}
