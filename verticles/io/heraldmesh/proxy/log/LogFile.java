package io.heraldmesh.proxy.log;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file of lines that is added to. A full disk, or the end of a process in the midst of a burst,
 * leaves half a line at its end; that stays by itself, and what is added begins a line.
 */
final class LogFile {
  private LogFile() {}

  /** Made with access for this user only where it is not there. */
  static OutputStream open(Path path) throws IOException {
    boolean half = endsInHalfALine(path);
    OutputStream out =
        new BufferedOutputStream(
            Channels.newOutputStream(
                Files.newByteChannel(
                    path,
                    Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.APPEND),
                    PosixFilePermissions.asFileAttribute(
                        PosixFilePermissions.fromString("rw-------")))));
    return half ? new OnANewLine(out) : out;
  }

  private static boolean endsInHalfALine(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      return false; // of a pipe nothing can be read without taking it away
    }
    try (SeekableByteChannel file = Files.newByteChannel(path)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      return file.size() > 0
          && file.position(file.size() - 1).read(last) == 1
          && last.get(0) != '\n';
    } catch (AccessDeniedException e) {
      return false; // it can be added to all the same
    }
  }

  /** Writes nothing until there is something to write: the disk may still be full. */
  private static final class OnANewLine extends FilterOutputStream {
    private boolean begun;

    OnANewLine(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (!begun) {
        begun = true;
        out.write('\n');
      }
      out.write(bytes, offset, length);
    }

    @Override
    public void write(int octet) throws IOException {
      write(new byte[] {(byte) octet}, 0, 1);
    }
  }
}
