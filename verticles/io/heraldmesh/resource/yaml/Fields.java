package io.heraldmesh.resource.yaml;

import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.YamlNode.Mapping;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The fields of one mapping. A decoder asks for each field it knows; what it did not ask for is
 * reported as unknown when it is done. Obtained by {@link Value#decode}.
 */
public final class Fields {
  private final Scope scope;
  private final Position at;
  private final Map<String, YamlNode.Entry> entries = new HashMap<>();
  private final TreeSet<String> known = new TreeSet<>();
  private final boolean broken;

  /**
   * @param broken the mapping is not there or is none, and that was reported: nothing is required
   */
  Fields(Scope scope, Mapping mapping, Position at, boolean broken) {
    this.scope = scope;
    this.at = at;
    this.broken = broken;
    mapping.entries().forEach(e -> entries.put(e.key().text(), e));
  }

  /** Where the mapping stands. */
  public Position at() {
    return at;
  }

  /** True when there is no mapping to read and that was reported, or an optional one is absent. */
  public boolean isBroken() {
    return broken;
  }

  /** Reports something about the mapping as a whole. */
  public void problem(ProblemCode code, String message) {
    scope.problems().add(at, code, message);
  }

  /** True when the field was written, whatever it holds. Does not count as asking for it. */
  public boolean has(String name) {
    return entries.containsKey(name);
  }

  /** A field that must be there; otherwise a problem, and a value that is not present. */
  public Value required(String name) {
    Value value = optional(name);
    if (!value.isPresent() && !entries.containsKey(name) && !broken) {
      problem(at.withField(value.at().field()), ProblemCode.REQUIRED, "required field is missing");
    }
    return value;
  }

  /** A field that may be absent. */
  public Value optional(String name) {
    known.add(name);
    String path = FieldPath.child(at.field(), name);
    YamlNode.Entry entry = entries.get(name);
    return entry == null
        ? Value.absent(scope, at.withField(path), broken)
        : Value.of(scope, entry, path);
  }

  /** A field that may also be written under its proto name, which gives a warning. */
  public Value optional(String name, String protoName) {
    if (!entries.containsKey(protoName)) {
      return optional(name);
    }
    Value proto = optional(protoName);
    if (entries.containsKey(name)) {
      proto.problem(ProblemCode.CONFLICT, protoName + " and " + name + " are the same field");
      return optional(name);
    }
    known.add(name);
    proto.problem(
        ProblemCode.PROTO_NAME, "this is the proto name of " + name, "write " + name + " instead");
    return proto;
  }

  /** Fields that exist but that Herald does not act on: an error when they are written. */
  public void notEnforced(String... names) {
    for (String name : names) {
      if (optional(name).isPresent()) {
        problem(
            keyAt(name),
            ProblemCode.NOT_ENFORCED,
            "the field exists in Istio, but Herald does not enforce it yet");
      }
    }
  }

  /** Fields that have no effect here and change no decision: a warning when they are written. */
  public void withoutEffect(String... names) {
    for (String name : names) {
      if (optional(name).isPresent()) {
        problem(keyAt(name), ProblemCode.IGNORED_FIELD, "the field has no effect in Herald");
      }
    }
  }

  /** Fields that may stand there and mean nothing to Herald. */
  public void ignore(String... names) {
    known.addAll(List.of(names));
  }

  /** Reports every field nobody asked for. */
  void end() {
    if (!scope.strict()) {
      return;
    }
    for (YamlNode.Entry entry : entries.values()) {
      String name = entry.key().text();
      if (!known.contains(name)) {
        String message = "unknown field " + Shown.quoted(name);
        Spelling.nearest(name, known)
            .ifPresentOrElse(
                near ->
                    scope
                        .problems()
                        .add(
                            keyAt(name),
                            ProblemCode.UNKNOWN_FIELD,
                            message,
                            "did you mean " + near + "?"),
                () ->
                    scope
                        .problems()
                        .add(
                            keyAt(name),
                            ProblemCode.UNKNOWN_FIELD,
                            message,
                            "remove it; known here: " + String.join(", ", known)));
      }
    }
  }

  private Position keyAt(String name) {
    String path = FieldPath.child(at.field(), name);
    YamlNode.Entry entry = entries.get(name);
    return entry == null ? at.withField(path) : scope.origin().at(entry.key(), path);
  }

  private void problem(Position where, ProblemCode code, String message) {
    scope.problems().add(where, code, message);
  }
}
