package io.heraldmesh.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The lines of a file as bytes, so that one that is not text spoils no other. */
final class BatchLines implements Closeable {
  private static final Path STDIN = Path.of("-");

  private final InputStream in;

  private BatchLines(InputStream in) {
    this.in = new BufferedInputStream(in);
  }

  /**
   * @param file {@code -} is standard input
   */
  static BatchLines of(Path file) throws IOException {
    return new BatchLines(file.equals(STDIN) ? System.in : Files.newInputStream(file));
  }

  /** The next line without its end, LF or CR; null behind the last one. */
  byte @Nullable [] next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int c = in.read();
    if (c < 0) {
      return null;
    }
    for (; c >= 0 && c != '\n' && c != '\r'; c = in.read()) {
      line.write(c);
    }
    return line.toByteArray();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
