package io.heraldmesh.node;

import io.heraldmesh.jwks.KeySetShelf;
import io.heraldmesh.store.KeptKeySets;
import io.heraldmesh.store.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/** The last good key sets of the mesh, for whichever control node fetches next. */
record StoredKeySets(KeptKeySets rows) implements KeySetShelf {
  @Override
  public Optional<byte[]> read(String name) throws IOException {
    try {
      return rows.read(name).map(content -> content.getBytes(StandardCharsets.UTF_8));
    } catch (StoreException e) {
      throw failure(e);
    }
  }

  @Override
  public void write(String name, byte[] content) throws IOException {
    try {
      rows.write(name, new String(content, StandardCharsets.UTF_8));
    } catch (StoreException e) {
      throw failure(e);
    }
  }

  @Override
  public void keepOnly(Set<String> names) throws IOException {
    try {
      rows.keepOnly(names);
    } catch (StoreException e) {
      throw failure(e);
    }
  }

  private static IOException failure(StoreException e) {
    return new IOException(e.getMessage(), e);
  }

  @Override
  public String toString() {
    return "database";
  }
}
