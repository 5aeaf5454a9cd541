package io.heraldmesh.cli;

import io.heraldmesh.node.UsageException;
import io.heraldmesh.resource.problem.Shown;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file that a command line names: what to tell when it cannot be used, in the words of lint. */
final class GivenFile {
  private GivenFile() {}

  static UsageException unreadable(Path file, IOException failure) {
    return new UsageException(
        Shown.harmless(file.toString())
            + ": "
            + reason(file, failure)
            + "; name an existing file that this user may read");
  }

  static UsageException unwritable(Path file, IOException failure) {
    String reason =
        failure instanceof NoSuchFileException ? "its folder is not there" : reason(file, failure);
    return new UsageException(
        Shown.harmless(file.toString())
            + ": "
            + reason
            + "; name a file in an existing folder that this user may write");
  }

  private static String reason(Path file, IOException failure) {
    return switch (failure) {
      case NoSuchFileException none -> "there is no such file";
      case AccessDeniedException denied -> "permission denied";
      case CharacterCodingException coding -> "is not UTF-8";
      default -> Files.isDirectory(file) ? "is a folder, not a file" : "input or output failed";
    };
  }
}
