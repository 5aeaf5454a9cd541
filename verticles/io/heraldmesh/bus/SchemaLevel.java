package io.heraldmesh.bus;

/**
 * Levels of what a snapshot can say. A node that knows a level knows all below it; a snapshot names
 * the lowest that it can be said in.
 */
public final class SchemaLevel {
  /** The first. */
  public static final int FIRST = 1;

  /** No new words; from here on a node takes snapshots in parts, see {@link EncodedSnapshot}. */
  public static final int PARTS = 2;

  /** The newest that this software understands and writes. */
  public static final int NEWEST = PARTS;

  private SchemaLevel() {}
}
