package io.heraldmesh.cli;

import io.heraldmesh.ca.AuthorityException;
import io.heraldmesh.ca.PrivateFile;
import io.heraldmesh.node.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A join token: itself, or where it stands. */
final class TokenOption {
  private static final int MOST_BYTES = 4096;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = {
        "The token. Other users of this machine may see it while the command runs, and the shell",
        "keeps it; it is worth nothing once it was used."
      })
  private @Nullable String token;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "A file (0600) with the token alone, or - for standard input.")
  private @Nullable String file;

  /**
   * @throws UsageException when there is none
   */
  String read() {
    String read = token != null ? token : file == null ? "" : text(file);
    String trimmed = read.strip();
    if (trimmed.isEmpty() || !trimmed.matches("[A-Za-z0-9_-]{1,128}")) {
      throw new UsageException("that is no token of herald token create");
    }
    return trimmed;
  }

  private static String text(String file) {
    try {
      byte[] read =
          file.equals("-")
              ? System.in.readNBytes(MOST_BYTES)
              : PrivateFile.read(Path.of(file), "token file", MOST_BYTES);
      return new String(read, StandardCharsets.UTF_8);
    } catch (AuthorityException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw GivenFile.unreadable(Path.of(file), e);
    }
  }
}
