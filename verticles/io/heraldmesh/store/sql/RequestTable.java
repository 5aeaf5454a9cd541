package io.heraldmesh.store.sql;

import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.TakenRequests;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One row a request; its key is what makes it count once. A row is swept a minute after its time,
 * and a request whose time is up gets no row, so none is let in again because its row is gone. Like
 * {@link LeaseTable} not part of the format: made where it is missing.
 */
final class RequestTable implements TakenRequests {
  private static final Logger LOG = LoggerFactory.getLogger(RequestTable.class);
  private static final Duration KEPT_LONGER = Duration.ofMinutes(1);
  private static final Duration SWEEP_EVERY = Duration.ofSeconds(30);
  private static final int MOST_AT_ONCE = 500;

  private static final List<String> TABLE =
      List.of(
          """
          CREATE TABLE IF NOT EXISTS taken_request (
            sender TEXT NOT NULL,
            id TEXT NOT NULL,
            until BIGINT NOT NULL,
            PRIMARY KEY (sender, id)
          ) {strict}
          """,
          "CREATE INDEX IF NOT EXISTS taken_request_until ON taken_request (until)");

  private final Database database;
  private final Batch<Asked> batch;
  private final AtomicLong sweepAt = new AtomicLong(System.nanoTime());

  RequestTable(Database database) {
    this.database = database;
    this.batch = new Insert(database.dialect());
  }

  /** What is asked of the batch, and its answer, which counts once the transaction is done. */
  private static final class Asked {
    private final String sender;
    private final String id;
    private final long until;
    private Answer answer = Answer.LATE;

    Asked(String sender, String id, long until) {
      this.sender = sender;
      this.id = id;
      this.until = until;
    }
  }

  /**
   * Before all else of its transaction, and in one order, so that no two nodes wait in a circle.
   */
  private record Insert(Dialect dialect) implements Batch<Asked> {
    private static final Comparator<Asked> ORDER =
        Comparator.<Asked, String>comparing(asked -> asked.sender).thenComparing(asked -> asked.id);

    @Override
    public int rank() {
      return 0;
    }

    @Override
    public void run(Connection connection, List<Asked> asked) throws SQLException {
      long now = dialect.now(connection);
      asked.forEach(one -> one.answer = Answer.LATE);
      List<Asked> rows = asked.stream().filter(one -> one.until > now).sorted(ORDER).toList();
      for (int i = 0; i < rows.size(); i += MOST_AT_ONCE) {
        insert(connection, rows.subList(i, Math.min(rows.size(), i + MOST_AT_ONCE)));
      }
    }

    private static void insert(Connection connection, List<Asked> rows) throws SQLException {
      List<@Nullable Object> values = new ArrayList<>(3 * rows.size());
      for (Asked row : rows) {
        values.addAll(List.of(row.sender, row.id, row.until));
      }
      Set<List<String>> inserted =
          new HashSet<>(
              Sql.list(
                  connection,
                  "INSERT INTO taken_request (sender, id, until) VALUES "
                      + String.join(", ", Collections.nCopies(rows.size(), "(?, ?, ?)"))
                      + " ON CONFLICT DO NOTHING RETURNING sender, id",
                  row -> List.of(row.getString("sender"), row.getString("id")),
                  values.toArray()));
      for (Asked row : rows) {
        // of two that are the same, the first
        boolean own = inserted.remove(List.of(row.sender, row.id));
        row.answer = own ? Answer.NEW : Answer.TAKEN_BEFORE;
      }
    }
  }

  /** Makes the table, within the connection's transaction. */
  static void prepare(Connection connection, Dialect dialect) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String part : TABLE) {
        statement.executeUpdate(dialect.translate(part));
      }
    }
  }

  @Override
  public CompletableFuture<Answer> take(String sender, String id, Instant until) {
    sweepNowAndThen();
    Asked asked = new Asked(sender, id, until.toEpochMilli());
    return database.append(batch, asked).thenApply(done -> asked.answer);
  }

  private void sweepNowAndThen() {
    long now = System.nanoTime();
    long due = sweepAt.get();
    if (now - due >= 0 && sweepAt.compareAndSet(due, now + SWEEP_EVERY.toNanos())) {
      Thread.ofVirtual().name("herald-store-sweep").start(this::sweepQuietly);
    }
  }

  private void sweepQuietly() {
    try {
      database.write(connection -> sweep(connection, database.dialect().now(connection)));
    } catch (StoreException e) {
      LOG.debug("requests whose time is up are swept later: {}", e.getMessage());
    }
  }

  /** Drops what had expired a while before {@code now}; how many. */
  static int sweep(Connection connection, long now) throws SQLException {
    return Sql.update(
        connection, "DELETE FROM taken_request WHERE until <= ?", now - KEPT_LONGER.toMillis());
  }
}
