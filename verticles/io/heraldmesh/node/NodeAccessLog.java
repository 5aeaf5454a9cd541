package io.heraldmesh.node;

import io.heraldmesh.node.NodeConfig.AccessLogConfig;
import io.heraldmesh.proxy.log.QueuedAccessLog;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The access log that a node file asks for. */
final class NodeAccessLog {
  private NodeAccessLog() {}

  /**
   * Blocks for the disk.
   *
   * @return null: none was asked for
   * @throws StartFailure when its file cannot be written; says why, and what to do
   */
  static @Nullable QueuedAccessLog open(@Nullable AccessLogConfig config, MeterRegistry meters) {
    if (config == null) {
      return null;
    }
    Path file = config.file();
    QueuedAccessLog.Destination destination =
        file == null ? QueuedAccessLog.standardError() : QueuedAccessLog.file(file);
    if (file != null) {
      openOnce(file, destination);
    }
    return new QueuedAccessLog(
        config.format(),
        destination,
        config.share(),
        () -> ThreadLocalRandom.current().nextLong(),
        meters);
  }

  /** An operator learns now that it cannot be, and not from what is missing later. */
  private static void openOnce(Path file, QueuedAccessLog.Destination destination) {
    if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
      return; // opening a pipe waits for whoever reads it
    }
    try {
      destination.open().close();
    } catch (IOException e) {
      throw StartFailure.cannotStart(
          "spec.accessLog.file: cannot write "
              + file
              + " ("
              + problem(e)
              + "); make its folder, give this user write permission or name another file");
    }
  }

  private static String problem(IOException e) {
    return switch (e) {
      case NoSuchFileException none -> "its folder is not there";
      case AccessDeniedException denied -> "this user may not";
      case FileSystemException other when other.getReason() != null ->
          String.valueOf(other.getReason());
      default -> e.getClass().getSimpleName();
    };
  }
}
