package io.heraldmesh.cli;

import io.heraldmesh.jwt.InvalidKeySet;
import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.KeySets;
import io.heraldmesh.jwt.KeySource;
import io.heraldmesh.node.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Key sets given by {@code --jwks URI=FILE}, for commands that never use the network. A source that
 * is not given counts as never fetched.
 */
final class KeySetFiles implements KeySets {
  private final Map<String, KeySet> sets;

  private KeySetFiles(Map<String, KeySet> sets) {
    this.sets = Map.copyOf(sets);
  }

  /**
   * @param options each {@code URI=FILE}; the file's name begins after the last equals sign,
   *     because a URI may have some
   */
  static KeySetFiles read(List<String> options) {
    Map<String, KeySet> sets = new HashMap<>();
    for (String option : options) {
      int equals = option.lastIndexOf('=');
      if (equals <= 0 || equals == option.length() - 1) {
        throw new UsageException("--jwks " + option + ": expected URI=FILE");
      }
      String uri = option.substring(0, equals);
      if (sets.put(uri, read(Path.of(option.substring(equals + 1)))) != null) {
        throw new UsageException("--jwks: " + uri + " is given twice");
      }
    }
    return new KeySetFiles(sets);
  }

  /** One file, which must be a key set. */
  static KeySet read(Path file) {
    return read(file, KeySet::parse);
  }

  /** One file, which must be a key set or a single key. */
  static KeySet readSetOrKey(Path file) {
    return read(file, KeySet::parseSetOrKey);
  }

  @FunctionalInterface
  private interface Reader {
    KeySet read(String json) throws InvalidKeySet;
  }

  private static KeySet read(Path file, Reader reader) {
    try {
      return reader.read(Files.readString(file));
    } catch (IOException e) {
      throw GivenFile.unreadable(file, e);
    } catch (InvalidKeySet e) {
      throw new UsageException(file + ": " + e.getMessage());
    }
  }

  /** The URIs that no rule takes its keys from: misspelt ones, as a rule. Sorted. */
  List<String> unnamed(List<JwtRule> rules) {
    TreeSet<String> uris = new TreeSet<>(sets.keySet());
    for (JwtRule rule : rules) {
      String uri = uri(rule.keys());
      if (uri != null) {
        uris.remove(uri);
      }
    }
    return List.copyOf(uris);
  }

  @Override
  public @Nullable KeySet get(KeySource source) {
    String uri = uri(source);
    return uri == null ? null : sets.get(uri);
  }

  /** What {@code --jwks} calls a source; null for keys that stand in the rule. */
  private static @Nullable String uri(KeySource source) {
    return switch (source) {
      case KeySource.Inline inline -> null;
      case KeySource.Remote(String uri) -> uri;
      case KeySource.Discovered(String issuer) -> issuer;
    };
  }
}
