package io.heraldmesh.identity;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Objects;

/**
 * Gives what root writes into the folder of a service to the service's user, who could not read it
 * otherwise. That user may swap what is in its folder meanwhile, so links are never followed.
 */
public final class FolderOwner {
  private static final int ROOT = 0;

  private FolderOwner() {}

  /**
   * @param made file or folder, just now
   */
  public static void give(Path made) throws IOException {
    Path path = made.toAbsolutePath();
    Path folder = path.getParent();
    Path name = path.getFileName();
    if (folder != null && name != null) {
      give(folder, name.toString());
    }
  }

  /**
   * @param name of a file, or of a folder with files, that was made in {@code folder} just now
   */
  public static void give(Path folder, String name) throws IOException {
    if (uid(folder.resolve(name), LinkOption.NOFOLLOW_LINKS) != ROOT || uid(folder) == ROOT) {
      return;
    }
    Path made = Path.of(name);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      if (!(entries instanceof SecureDirectoryStream<Path> in)) {
        throw new IOException("what root writes into " + folder + " cannot be given to its owner");
      }
      PosixFileAttributes to = owners(in.getFileAttributeView(PosixFileAttributeView.class));
      if (isFolder(in, made)) {
        try (SecureDirectoryStream<Path> set =
            in.newDirectoryStream(made, LinkOption.NOFOLLOW_LINKS)) {
          for (Path file : set) {
            give(view(set, file.getFileName()), to);
          }
          // Last: until then nobody else can put anything into it.
          give(set.getFileAttributeView(PosixFileAttributeView.class), to);
        }
      } else {
        give(view(in, made), to);
      }
    }
  }

  private static boolean isFolder(SecureDirectoryStream<Path> in, Path name) throws IOException {
    return Objects.requireNonNull(
            in.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS))
        .readAttributes()
        .isDirectory();
  }

  private static PosixFileAttributeView view(SecureDirectoryStream<Path> in, Path name) {
    return in.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static PosixFileAttributes owners(PosixFileAttributeView of) throws IOException {
    return Objects.requireNonNull(of).readAttributes();
  }

  private static void give(PosixFileAttributeView view, PosixFileAttributes to) throws IOException {
    view.setGroup(to.group());
    view.setOwner(to.owner());
  }

  private static int uid(Path file, LinkOption... links) throws IOException {
    return (Integer) Files.getAttribute(file, "unix:uid", links);
  }
}
