package io.heraldmesh.resource.read;

import io.heraldmesh.resource.Metadata;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code metadata} of every kind. What Kubernetes adds of its own is passed over. */
public final class MetadataDecoder {
  private static final String DEFAULT_NAMESPACE = "default";

  private MetadataDecoder() {}

  /** Metadata of a kind that lives in a namespace. */
  public static Metadata namespaced(Fields document) {
    return document.required("metadata").decode(f -> decode(f, true));
  }

  /** Metadata of a kind without namespaces; one that is written is passed over. */
  public static Metadata clusterScoped(Fields document) {
    return document.required("metadata").decode(f -> decode(f, false));
  }

  /** Metadata that may be left out. */
  static Metadata optional(Fields document, String name) {
    Value metadata = document.optional("metadata");
    return metadata.isPresent()
        ? clusterScoped(document)
        : new Metadata(name, "", Map.of(), Map.of(), null, document.at());
  }

  private static Metadata decode(Fields f, boolean namespaced) {
    Value written = f.required("name");
    Located<String> name = written.nonEmptyText();
    Names.requireObjectName(name, written.problems());
    Located<String> namespace = f.optional("namespace").nonEmptyText();
    Names.requireNamespace(namespace, written.problems());
    f.ignore(
        "uid",
        "resourceVersion",
        "generation",
        "generateName",
        "managedFields",
        "ownerReferences",
        "finalizers",
        "selfLink",
        "deletionTimestamp",
        "deletionGracePeriodSeconds");
    return new Metadata(
        name.value(),
        !namespaced ? "" : namespace.value().isEmpty() ? DEFAULT_NAMESPACE : namespace.value(),
        f.optional("labels").lenient().textMap(),
        f.optional("annotations").lenient().textMap(),
        created(f.optional("creationTimestamp").lenient()),
        name.at());
  }

  private static @Nullable Instant created(Value written) {
    Located<String> text = written.textOrNull();
    if (text == null) {
      return null;
    }
    try {
      return Instant.parse(text.value());
    } catch (DateTimeParseException e) {
      written.problem(
          ProblemCode.INVALID,
          Shown.quoted(text.value()) + " is not a time",
          "write it like 2026-01-31T12:00:00Z");
      return null;
    }
  }
}
