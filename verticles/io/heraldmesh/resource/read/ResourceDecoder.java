package io.heraldmesh.resource.read;

import io.heraldmesh.resource.Resource;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.read.Kinds.Decoder;
import io.heraldmesh.resource.read.Kinds.Kind;
import io.heraldmesh.resource.yaml.Value;
import io.heraldmesh.resource.yaml.YamlDocument;
import java.util.Optional;

/** One document to the resource, or the {@code List} of resources, it holds. */
final class ResourceDecoder {
  private final ProblemCollector problems;
  private final Found found;

  /** Takes what was found. */
  interface Found {
    /**
     * @param document what holds the resource
     * @param listed true: {@code document} is an item of a List
     */
    void take(Resource resource, Kind kind, Value document, boolean listed);
  }

  ResourceDecoder(ProblemCollector problems, Found found) {
    this.problems = problems;
    this.found = found;
  }

  void decode(YamlDocument document) {
    decode(document.value(problems), document.sound(), false);
  }

  private void decode(Value document, boolean sound, boolean listed) {
    int before = problems.errors();
    Type type =
        document.lenient().decode(f -> new Type(f.required("apiVersion"), f.required("kind")));
    String apiVersion = type.apiVersion().nonEmptyText().value();
    String kind = type.kind().nonEmptyText().value();
    if (problems.errors() > before) {
      return;
    }
    if (apiVersion.equals("v1") && kind.equals("List")) {
      list(document, sound);
      return;
    }
    Kind known = Kinds.find(apiVersion, kind).orElse(null);
    if (known == null) {
      reportUnknown(type, apiVersion, kind);
      return;
    }
    Decoder decoder = known.decoder();
    if (decoder == null) {
      reportNotRead(type, apiVersion, kind);
    } else {
      decode(document, known, decoder, sound, listed);
    }
  }

  private void list(Value document, boolean sound) {
    Value items = document.lenient().decode(f -> f.optional("items"));
    if (items.size() == 0 && (items.isList() || !items.isPresent())) {
      items.problem(ProblemCode.NO_RESOURCES, "the list holds nothing");
    }
    items.items().forEach(item -> decode(item.strict(), sound, true));
  }

  private void decode(Value document, Kind kind, Decoder decoder, boolean sound, boolean listed) {
    int before = problems.errors();
    Resource resource =
        (kind.strict() ? document : document.lenient())
            .<Optional<Resource>>decode(
                f -> {
                  f.ignore("apiVersion", "kind", "status");
                  return Optional.ofNullable(decoder.decode(f));
                })
            .orElse(null);
    if (resource != null && sound && problems.errors() == before) {
      found.take(resource, kind, document, listed);
    }
  }

  private static void reportNotRead(Type type, String apiVersion, String kind) {
    type.kind()
        .problem(
            ProblemCode.KIND_NOT_READ,
            "Herald does not read " + Shown.quoted(kind) + " of " + Shown.quoted(apiVersion));
  }

  private static void reportUnknown(Type type, String apiVersion, String kind) {
    String single = kind.endsWith("List") ? kind.substring(0, kind.length() - 4) : "";
    if (Kinds.find(apiVersion, single).isPresent()) {
      type.kind()
          .problem(
              ProblemCode.MISSPELT_KIND,
              "a list of " + Shown.quoted(single) + " is written otherwise",
              "write apiVersion: v1, kind: List, with apiVersion and kind in each item");
      return;
    }
    Kind near = Kinds.near(apiVersion, kind).orElse(null);
    if (near == null) {
      reportNotRead(type, apiVersion, kind);
      return;
    }
    boolean kindIsWrong = !near.name().equals(kind);
    (kindIsWrong ? type.kind() : type.apiVersion())
        .problem(
            ProblemCode.MISSPELT_KIND,
            "there is no " + Shown.quoted(kind) + " in " + Shown.quoted(apiVersion),
            "did you mean apiVersion: " + near.apiVersion() + ", kind: " + near.name() + "?");
  }

  private record Type(Value apiVersion, Value kind) {}
}
