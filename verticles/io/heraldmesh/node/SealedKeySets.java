package io.heraldmesh.node;

import io.heraldmesh.credentials.SealedState;
import io.heraldmesh.jwks.KeySetShelf;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** The last good key sets of an attached node, sealed like all else that it was given. */
record SealedKeySets(SealedState state) implements KeySetShelf {
  private static final String PREFIX = "jwks-";

  @Override
  public Optional<byte[]> read(String name) {
    return state.read(PREFIX + name);
  }

  @Override
  public void write(String name, byte[] content) throws IOException {
    state.write(PREFIX + name, content);
  }

  @Override
  public void keepOnly(Set<String> names) throws IOException {
    for (String held : state.names(PREFIX)) {
      if (!names.contains(held.substring(PREFIX.length()))) {
        state.remove(held);
      }
    }
  }

  @Override
  public String toString() {
    return "sealed";
  }
}
