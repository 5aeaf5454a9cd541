package io.heraldmesh.cli.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The demo's private, watched copy of the policies: in a temporary folder, gone at the end. */
final class DemoFolder implements AutoCloseable {
  private static final List<String> FILES =
      List.of(
          "services.yaml",
          "strict-mtls.yaml",
          "orders-tokens.yaml",
          "orders-access.yaml",
          "payments-callers.yaml");

  /** Where the policies say the token issuer is; the copy says where it really is. */
  private static final String ISSUER = "127.0.0.1:15180";

  private final Path temporary;
  private final Path resources;

  private DemoFolder(Path temporary, Path resources) {
    this.temporary = temporary;
    this.resources = resources;
  }

  /**
   * @param policies taken from this folder; null: from the jar
   */
  static DemoFolder copy(@Nullable Path policies, int issuerPort) throws IOException {
    Path temporary = Files.createTempDirectory("herald-demo");
    DemoFolder folder =
        new DemoFolder(temporary, Files.createDirectory(temporary.resolve("resources")));
    try {
      if (policies == null) {
        for (String file : FILES) {
          folder.copy(file, fromJar(file), issuerPort);
        }
      } else {
        try (Stream<Path> files = Files.list(policies)) {
          for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
            folder.copy(String.valueOf(file.getFileName()), Files.readString(file), issuerPort);
          }
        }
      }
      return folder;
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  /** The watched folder. */
  Path resources() {
    return resources;
  }

  /** A file beside the watched folder. */
  Path beside(String name, String content) throws IOException {
    return Files.writeString(temporary.resolve(name), content);
  }

  /** Puts a whole file into place, as careful editors do. */
  void write(String file, String content) throws IOException {
    Path whole = beside(file + ".new", content);
    Files.move(whole, resources.resolve(file), StandardCopyOption.ATOMIC_MOVE);
  }

  void edit(String file, UnaryOperator<String> change) throws IOException {
    Path path = resources.resolve(file);
    if (!Files.exists(path)) {
      throw new NoSuchFileException(file);
    }
    write(file, change.apply(Files.readString(path)));
  }

  private void copy(String file, String content, int issuerPort) throws IOException {
    Files.writeString(resources.resolve(file), content.replace(ISSUER, "127.0.0.1:" + issuerPort));
  }

  private static String fromJar(String file) throws IOException {
    try (InputStream in =
        DemoFolder.class.getClassLoader().getResourceAsStream("conf/demo/" + file)) {
      if (in == null) {
        throw new NoSuchFileException("conf/demo/" + file + " is missing in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Override
  public void close() {
    try (Stream<Path> all = Files.walk(temporary)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + temporary, e);
    }
  }
}
