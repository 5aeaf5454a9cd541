package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminResources.File;
import io.heraldmesh.bus.AdminResources.Key;
import io.heraldmesh.distributor.source.Acceptance;
import io.heraldmesh.distributor.source.AcceptedResources;
import io.heraldmesh.node.StartFailure;
import io.heraldmesh.node.UsageException;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Problems;
import io.heraldmesh.resource.read.ResourceDocuments;
import io.heraldmesh.resource.read.ResourceDocuments.NamedText;
import io.heraldmesh.resource.read.ResourceReader;
import io.heraldmesh.resource.read.SourceFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files that a command sends to a control node. */
final class ResourceFiles {
  private static final String STDIN = "-";
  private static final long MOST_BYTES = 8L << 20;

  private ResourceFiles() {}

  /**
   * @throws UsageException when one cannot be read, or there is none
   */
  static List<File> read(List<String> paths) {
    List<File> files = new ArrayList<>();
    long bytes = 0;
    for (String path : paths) {
      for (File file : path.equals(STDIN) ? List.of(input()) : below(Path.of(path))) {
        bytes += file.text().length();
        if (bytes > MOST_BYTES) {
          throw new UsageException(
              "the files together are larger than 8 MiB; apply them in several parts");
        }
        files.add(file);
      }
    }
    return files;
  }

  private static File input() {
    try {
      return new File("(standard input)", text(STDIN, System.in.readNBytes((int) MOST_BYTES + 1)));
    } catch (IOException e) {
      throw new UsageException("cannot read standard input: " + e.getMessage());
    }
  }

  private static List<File> below(Path path) {
    ProblemCollector problems = new ProblemCollector();
    List<Path> found = SourceFiles.of(List.of(path), problems);
    if (problems.errors() > 0) {
      throw new UsageException(problems.problems().text().strip());
    }
    if (found.isEmpty()) {
      throw new UsageException(path + " holds no file *.yaml, *.yml or *.json");
    }
    return found.stream().map(ResourceFiles::file).toList();
  }

  private static File file(Path path) {
    try {
      return new File(path.toString(), text(path.toString(), Files.readAllBytes(path)));
    } catch (IOException e) {
      throw new UsageException(
          "cannot read " + path + "; name an existing file or folder that this user may read");
    }
  }

  private static String text(String name, byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw StartFailure.problems(name + ":1:1: error HLD0003: is not UTF-8; save it as UTF-8");
    }
  }

  /** Which resources are in them, as far as they can be read. */
  static List<Key> keys(List<File> files) {
    return documents(files).all().stream()
        .map(document -> Acceptance.Shown.key(AcceptedResources.key(document)))
        .toList();
  }

  /** What is wrong in them; with an error among it, something is missing from {@link #keys}. */
  static Problems problems(List<File> files) {
    return documents(files).problems();
  }

  private static ResourceDocuments documents(List<File> files) {
    return ResourceReader.documents(
        files.stream().map(file -> new NamedText(file.name(), file.text())).toList());
  }
}
