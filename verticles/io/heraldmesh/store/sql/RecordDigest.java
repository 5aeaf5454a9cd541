package io.heraldmesh.store.sql;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 over fields with their lengths: SQLite has no checksums of its content, and PostgreSQL
 * only where the cluster was made with them.
 */
final class RecordDigest {
  private RecordDigest() {}

  /** A null counts as a field that no text is equal to. */
  static String of(@Nullable Object... fields) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      for (Object field : fields) {
        if (field == null) {
          sha256.update((byte) '-');
          continue;
        }
        byte[] bytes = field.toString().getBytes(StandardCharsets.UTF_8);
        sha256.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
        sha256.update(bytes);
      }
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
