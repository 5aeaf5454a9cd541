package io.heraldmesh.jwks;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/**
 * Where the last good key sets outlive the process. What is put here need not be kept unread: a
 * content that is not what was written is seen to be. All methods block; the calls of one name must
 * not overlap.
 */
public interface KeySetShelf {

  /**
   * @param name letters, digits and dots; at most 80
   */
  Optional<byte[]> read(String name) throws IOException;

  /** Whole or not at all, and durable when it returns. */
  void write(String name, byte[] content) throws IOException;

  /** Takes away all others. */
  void keepOnly(Set<String> names) throws IOException;
}
