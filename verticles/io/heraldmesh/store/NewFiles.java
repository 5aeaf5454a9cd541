package io.heraldmesh.store;

import java.io.IOException;
import java.nio.file.Path;

/** Is told of each file and folder that is made for a database, before others look for it. */
@FunctionalInterface
public interface NewFiles {
  /** They stay whose they are. */
  NewFiles KEPT = file -> {};

  /**
   * @throws IOException when the database cannot be used so
   */
  void made(Path file) throws IOException;
}
