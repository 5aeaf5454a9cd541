package io.heraldmesh.store.sql;

import io.heraldmesh.store.StoreException;
import java.sql.Connection;
import java.sql.SQLException;

/** Where SQLite and PostgreSQL differ. */
interface Dialect {

  /** Part of the names of the statements that only it understands. */
  String name();

  /** A statement of a migration in its own words. */
  String translate(String statement);

  /** What is put after a SELECT to lock the rows until the end of the transaction. */
  String forUpdate();

  /** What time it is for the database, in milliseconds since 1970; not that of the transaction. */
  long now(Connection connection) throws SQLException;

  /**
   * The transaction that has begun is committed without waiting for the disk. When the server dies
   * before it is there, the transaction has never been; one that is committed later and waits for
   * the disk takes it along.
   */
  void unsynced(Connection connection) throws SQLException;

  /** Until the end of the transaction no other one of this name runs; waits for those that do. */
  void alone(Connection connection, String name) throws SQLException;

  /** The format of the tables; 0: there are none. */
  int format(Connection connection) throws SQLException;

  /** Notes that the tables are of this format now, within the transaction. */
  void formatIs(Connection connection, int format) throws SQLException;

  /** A refusal that names the database and says what to do. */
  StoreException failure(String name, SQLException e);

  /** True: the same transaction may well succeed when it is run again. */
  boolean again(SQLException e);

  /** Begins a transaction where the database has ended the one before by itself. */
  void beginAgain(Connection connection) throws SQLException;

  /** What to do about damage. */
  String remedy();
}
