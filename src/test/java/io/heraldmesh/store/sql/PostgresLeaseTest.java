package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.store.Lease;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PostgresLeaseTest extends LeaseContract {
  private static final Duration LIFE = Duration.ofMinutes(5);

  @Override
  TestDatabase empty() {
    return TestDatabase.postgres();
  }

  /** The server's log writer may be faster once in a while. */
  @Test
  void lengtheningDoesNotWaitForTheDisk() throws Exception {
    int before = 0;
    try (Connection server = database.connect()) {
      for (int i = 0; i < 20; i++) {
        assertThat(store.leases().acquire("config", "a", LIFE)).isPresent();
        before += onDisk(server) < written(server) ? 1 : 0;
      }
    }
    assertThat(before).isGreaterThan(10);
  }

  @Test
  void aRevisionIsOnDiskWithTheLeaseItWasCountedUnder() throws Exception {
    try (Connection server = database.connect()) {
      for (int i = 0; i < 20; i++) {
        Lease lease = store.leases().acquire("config", "a", LIFE).orElseThrow();
        long lengthened = written(server);
        store.leases().next(lease);
        assertThat(onDisk(server)).isGreaterThan(lengthened);
      }
    }
  }

  /** How far the server's log is on disk, in octets since it began. */
  private static long onDisk(Connection server) {
    return position(server, "pg_current_wal_flush_lsn()");
  }

  private static long written(Connection server) {
    return position(server, "pg_current_wal_insert_lsn()");
  }

  private static long position(Connection server, String function) {
    try (Statement sql = server.createStatement();
        ResultSet row = sql.executeQuery("SELECT " + function + " - '0/0'::pg_lsn")) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new AssertionError("the test's server does not say it", e);
    }
  }
}
