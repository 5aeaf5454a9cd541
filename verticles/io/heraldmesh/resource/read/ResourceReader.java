package io.heraldmesh.resource.read;

import io.heraldmesh.resource.MeshConfig;
import io.heraldmesh.resource.Resource;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.yaml.Value;
import io.heraldmesh.resource.yaml.YamlDocument;
import io.heraldmesh.resource.yaml.YamlLimits;
import io.heraldmesh.resource.yaml.YamlReader;
import io.heraldmesh.resource.yaml.YamlText;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Files and folders to one set of resources. Blocking; not thread-safe; one use each. Everything
 * wrong is a problem of the result, including what cannot be read at all ({@link
 * io.heraldmesh.resource.problem.Problems#hasUnreadable}).
 */
public final class ResourceReader {
  /** All files together, so that a folder cannot take the memory of the node. */
  private static final long MAX_BYTES = 64L << 20;

  private static final Path INPUT = Path.of("-");

  private final ProblemCollector problems = new ProblemCollector();
  private final List<Resource> all = new ArrayList<>();
  private final Map<String, Resource> first = new HashMap<>();
  private final List<ResourceDocument> documents = new ArrayList<>();
  private @Nullable DocumentLines lines;

  private ResourceReader() {}

  /** Everything in these files and folders; see {@link SourceFiles} for which files count. */
  public static Resources read(List<Path> paths) {
    return readAll(paths, null);
  }

  /**
   * As {@link #read(List)}, but the path {@code -} stands for {@code input}, which is read once.
   */
  public static Resources read(List<Path> paths, InputStream input) {
    return readAll(paths.stream().distinct().toList(), input);
  }

  private static Resources readAll(List<Path> paths, @Nullable InputStream input) {
    ResourceReader reader = new ResourceReader();
    List<Path> files = SourceFiles.of(paths, reader.problems);
    long bytes = 0;
    for (Path file : files) {
      InputStream from = file.equals(INPUT) ? input : null;
      byte[] content =
          from == null
              ? SourceFiles.content(file, YamlLimits.DEFAULT.bytes(), reader.problems)
              : SourceFiles.content(from, YamlLimits.DEFAULT.bytes(), reader.problems);
      if (content == null) {
        continue;
      }
      bytes += content.length;
      if (bytes > MAX_BYTES) {
        reader.problems.add(
            Position.startOf(file.toString()),
            ProblemCode.TOO_LARGE,
            "all files together are larger than the limit of " + MAX_BYTES + " bytes",
            "read fewer files");
        break;
      }
      reader.file(from == null ? file.toString() : SourceFiles.INPUT, content);
    }
    if (files.isEmpty() && reader.problems.errors() == 0) {
      for (Path path : paths) {
        reader.problems.add(
            Position.startOf(path.toString()),
            ProblemCode.NO_RESOURCES,
            "no file *.yaml, *.yml or *.json in it");
      }
    }
    return reader.result();
  }

  /** The resources of one text; {@code name} stands for the file in messages. */
  public static Resources read(String name, String text) {
    return read(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /** As {@link #read(String, String)}, of what a file holds, which may be anything. */
  public static Resources read(String name, byte[] content) {
    ResourceReader reader = new ResourceReader();
    reader.file(name, content);
    return reader.result();
  }

  /** The resources of these texts, each with what it was read from. */
  public static ResourceDocuments documents(List<ResourceDocuments.NamedText> texts) {
    ResourceReader reader = new ResourceReader();
    for (ResourceDocuments.NamedText text : texts) {
      // Through bytes first, so that what is kept is what was read.
      byte[] content = text.text().getBytes(StandardCharsets.UTF_8);
      reader.lines = new DocumentLines(new String(content, StandardCharsets.UTF_8));
      reader.file(text.name(), content);
    }
    return new ResourceDocuments(reader.documents, reader.problems.problems());
  }

  private void file(String name, byte[] content) {
    int before = problems.errors();
    List<YamlDocument> documents = new YamlReader(problems).read(name, content);
    if (documents.isEmpty() && problems.errors() == before) {
      problems.add(Position.startOf(name), ProblemCode.NO_RESOURCES, "the file holds nothing");
    }
    ResourceDecoder decoder = new ResourceDecoder(problems, this::add);
    documents.forEach(decoder::decode);
  }

  private void add(Resource resource, Kinds.Kind kind, Value document, boolean listed) {
    boolean mesh = resource instanceof MeshConfig;
    Resource earlier = first.putIfAbsent(mesh ? "MeshConfig" : resource.describe(), resource);
    if (earlier == null) {
      all.add(resource);
      DocumentLines from = lines;
      if (from != null) {
        documents.add(
            new ResourceDocument(
                kind.group(),
                kind.name(),
                resource,
                listed ? YamlText.of(document.tree()) : from.around(document.at().line())));
      }
    } else {
      problems.add(
          resource.metadata().at(),
          mesh ? ProblemCode.SECOND_MESH_CONFIG : ProblemCode.DUPLICATE_RESOURCE,
          (mesh ? "a mesh configuration" : resource.describe())
              + " was given before, at "
              + earlier.metadata().at());
    }
  }

  private Resources result() {
    return new Resources(all, problems.problems());
  }
}
