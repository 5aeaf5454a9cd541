package io.heraldmesh.store.sql;

import java.sql.Connection;
import java.sql.SQLException;

/** What is done inside of a transaction. May be run again when the first attempt was in vain. */
interface Work<T> {
  T run(Connection connection) throws SQLException;
}
