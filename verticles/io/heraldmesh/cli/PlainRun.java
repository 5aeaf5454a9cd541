package io.heraldmesh.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code herald run --config FILE} in just this form, which is how a service manager starts a node.
 * Read without picocli: its classes are in a format too old for the AOT cache, and reading them
 * with all commands takes a good part of a node's start. Everything else is picocli's.
 *
 * @param config the node file
 */
record PlainRun(Path config) {
  private static final String OPTION = "--config";

  /** Null where {@code arguments} have any other form, whether right or wrong. */
  static @Nullable PlainRun of(String... arguments) {
    if (arguments.length < 2 || !arguments[0].equals("run")) {
      return null;
    }
    String file = null;
    if (arguments.length == 3 && arguments[1].equals(OPTION)) {
      file = arguments[2];
    } else if (arguments.length == 2 && arguments[1].startsWith(OPTION + "=")) {
      file = arguments[1].substring(OPTION.length() + 1);
    }
    return file == null || !plain(file) ? null : new PlainRun(Path.of(file));
  }

  /** Whether picocli takes {@code file} for nothing but a name. */
  private static boolean plain(String file) {
    return !file.isEmpty()
        && file.chars().noneMatch(c -> c == 0 || c == '"' || c == '\'')
        && file.charAt(0) != '-'
        && file.charAt(0) != '@';
  }
}
