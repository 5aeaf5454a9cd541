/** The state in a SQLite file or in PostgreSQL: the same tables and statements for both. */
@org.jspecify.annotations.NullMarked
package io.heraldmesh.store.sql;
