package io.heraldmesh.resource.yaml;

import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.Position;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.YamlNode.Mapping;
import io.heraldmesh.resource.yaml.YamlNode.Refused;
import io.heraldmesh.resource.yaml.YamlNode.Scalar;
import io.heraldmesh.resource.yaml.YamlNode.Sequence;
import io.heraldmesh.resource.yaml.YamlNode.Style;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A value that may be there, to be read as the type its reader expects. Whatever does not fit is
 * reported with its place, and a stand-in is returned so that reading can go on: a document with
 * errors is thrown away as a whole, so the stand-in is never used.
 */
public final class Value {
  private static final Mapping EMPTY = new Mapping(List.of(), 1, 1);

  private final Scope scope;
  private final @Nullable YamlNode node;
  private final Position at;
  private final boolean reported;

  private Value(Scope scope, @Nullable YamlNode node, Position at, boolean reported) {
    this.scope = scope;
    this.node = node;
    this.at = at;
    this.reported = reported;
  }

  static Value of(Scope scope, YamlNode node, String path) {
    return new Value(scope, node, scope.origin().at(node, path), node instanceof Refused);
  }

  /** A collection in block style is said to be where its key is: that is where people look. */
  static Value of(Scope scope, YamlNode.Entry entry, String path) {
    YamlNode node = entry.value();
    boolean below = node.line() > entry.key().line() && !(node instanceof Scalar);
    Position at = scope.origin().at(below ? entry.key() : node, path);
    return new Value(scope, node, at, node instanceof Refused);
  }

  static Value absent(Scope scope, Position at, boolean reported) {
    return new Value(scope, null, at, reported);
  }

  /** Where it stands; for an absent value where it is missed. */
  public Position at() {
    return at;
  }

  /** True when something was written, a null included unless the kind is read leniently. */
  public boolean isPresent() {
    return node != null && (scope.strict() || !isNull());
  }

  /** True when it was written as null or as nothing at all. */
  public boolean isNull() {
    return node instanceof Scalar scalar && scalar.type() == YamlNode.Type.NULL;
  }

  /** The same value, but with a null counting as absent and unknown fields passed over. */
  public Value lenient() {
    return new Value(scope.lenient(), node, at, reported);
  }

  /** The same value, read strictly again. */
  public Value strict() {
    return new Value(new Scope(scope.origin(), scope.problems(), true), node, at, reported);
  }

  /** Reports something about this value. */
  public void problem(ProblemCode code, String message) {
    scope.problems().add(at, code, message);
  }

  /** Reports something about this value, with a hint of its own. */
  public void problem(ProblemCode code, String message, String hint) {
    scope.problems().add(at, code, message, hint);
  }

  public ProblemCollector problems() {
    return scope.problems();
  }

  /** Text; empty when absent or wrong. A number or boolean is taken as written, with a warning. */
  public Located<String> text() {
    return new Located<>(scalar("text").map(this::asText).orElse(""), at);
  }

  /** Text, or null when the field is absent. */
  public @Nullable Located<String> textOrNull() {
    return isPresent() ? text() : null;
  }

  /** Text that must have at least one character when it is there. */
  public Located<String> nonEmptyText() {
    Located<String> text = text();
    if (isScalar() && !isNull() && text.value().isEmpty()) {
      problem(ProblemCode.EMPTY, "must not be empty");
    }
    return text;
  }

  /** Non-empty text, or null when the field is absent. */
  public @Nullable Located<String> nonEmptyTextOrNull() {
    return isPresent() ? nonEmptyText() : null;
  }

  /** One constant of an enum, written exactly as the constant is named. */
  public <E extends Enum<E>> Located<E> oneOf(Class<E> type, E absent) {
    return new Located<>(scalar("text").map(s -> constant(type, s, absent)).orElse(absent), at);
  }

  /** A whole number from {@code min} to {@code max}. */
  public Located<Integer> integer(int min, int max, int absent) {
    return new Located<>(
        scalar("a number").map(s -> asInteger(s, min, max, absent)).orElse(absent), at);
  }

  /** True or false. */
  public boolean bool(boolean absent) {
    return scalar("true or false")
        .filter(s -> is(s, YamlNode.Type.BOOL, "true or false"))
        .map(s -> s.text().toLowerCase(Locale.ROOT).equals("true"))
        .orElse(absent);
  }

  /** A duration such as {@code 10s}, {@code 1h30m} or {@code 250ms}; at least {@code min}. */
  public Duration duration(Duration min, Duration absent) {
    return scalar("a duration")
        .map(
            s -> {
              Duration read = Durations.parse(s.text()).orElse(null);
              if (read == null || read.compareTo(min) < 0) {
                problem(
                    read == null ? ProblemCode.INVALID : ProblemCode.OUT_OF_RANGE,
                    Shown.quoted(s.text())
                        + " is not a duration of at least "
                        + Durations.text(min),
                    "write a number and h, m, s or ms, such as 10s or 24h");
                return absent;
              }
              return read;
            })
        .orElse(absent);
  }

  /** As {@link #duration(Duration, Duration)}, and not longer than {@code max}. */
  public Duration duration(Duration min, Duration max, Duration absent) {
    Duration read = duration(min, absent);
    if (read.compareTo(max) > 0) {
      problem(ProblemCode.OUT_OF_RANGE, "is longer than " + Durations.text(max));
      return absent;
    }
    return read;
  }

  /** A mapping with known fields; unknown ones are reported once {@code decoder} is done. */
  public <T> T decode(Function<Fields, T> decoder) {
    Mapping mapping = as(Mapping.class, "a mapping");
    Fields fields = new Fields(scope, mapping == null ? EMPTY : mapping, at, mapping == null);
    T decoded = decoder.apply(fields);
    fields.end();
    return decoded;
  }

  /** As {@link #decode}, or null when the field is absent. */
  public <T extends @Nullable Object> @Nullable T decodeOrNull(Function<Fields, T> decoder) {
    return isPresent() ? this.<T>decode(decoder) : null;
  }

  /** A list of mappings. */
  public <T> List<T> list(Function<Fields, T> decoder) {
    return items().stream().map(item -> item.decode(decoder)).toList();
  }

  /** The items of a list; none when absent or wrong. */
  public List<Value> items() {
    Sequence sequence = as(Sequence.class, "a list");
    List<Value> items = new ArrayList<>();
    if (sequence != null) {
      for (YamlNode item : sequence.items()) {
        items.add(of(scope, item, FieldPath.item(at.field(), items.size())));
      }
    }
    return items;
  }

  /** A scalar as it was written, or nothing; reports nothing. */
  public String peekText() {
    return node instanceof Scalar scalar ? scalar.text() : "";
  }

  /** True when it was written as a whole number. */
  public boolean isNumber() {
    return node instanceof Scalar scalar && scalar.type() == YamlNode.Type.INT;
  }

  /** True when it was written as a list. */
  public boolean isList() {
    return node instanceof Sequence;
  }

  /** How many items a list has; 0 for anything else. Reports nothing. */
  public int size() {
    return node instanceof Sequence sequence ? sequence.items().size() : 0;
  }

  /** A list of text without empty items. */
  public List<Located<String>> texts() {
    return items().stream().map(Value::nonEmptyText).toList();
  }

  /** A mapping with keys of the user's choice, in the order written. */
  public List<KeyedValue> entries() {
    Mapping mapping = as(Mapping.class, "a mapping");
    List<KeyedValue> entries = new ArrayList<>();
    if (mapping != null) {
      for (YamlNode.Entry entry : mapping.entries()) {
        String path = FieldPath.child(at.field(), entry.key().text());
        entries.add(
            new KeyedValue(
                new Located<>(entry.key().text(), scope.origin().at(entry.key(), path)),
                of(scope, entry, path)));
      }
    }
    return entries;
  }

  /** A mapping of text to text, such as labels. */
  public Map<String, String> textMap() {
    Map<String, String> map = new LinkedHashMap<>();
    entries().forEach(e -> map.put(e.key().value(), e.value().text().value()));
    return map;
  }

  /** A mapping of anything, as the values of JSON. */
  public Map<String, @Nullable Object> tree() {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    Mapping mapping = as(Mapping.class, "a mapping");
    if (mapping != null) {
      mapping.entries().forEach(e -> tree.put(e.key().text(), Tree.of(e.value())));
    }
    return tree;
  }

  /** True when it was written as a mapping. */
  public boolean isMapping() {
    return node instanceof Mapping;
  }

  /** Where YAML written inside this text begins, or null when there is no text. */
  @Nullable Origin embedded() {
    if (!(node instanceof Scalar scalar) || scalar.type() == YamlNode.Type.NULL) {
      return null;
    }
    Origin outer = scope.origin();
    int line = scalar.content().line() + outer.lines();
    int column = scalar.content().column() + outer.columns();
    return scalar.style() == Style.LITERAL
        ? new Origin(outer.file(), line - 1, column - 1, at.field())
        : new Origin(outer.file(), line - 1, 0, at.field());
  }

  private boolean isScalar() {
    return node instanceof Scalar;
  }

  private Optional<Scalar> scalar(String wanted) {
    return Optional.ofNullable(as(Scalar.class, wanted));
  }

  private <N extends YamlNode> @Nullable N as(Class<N> type, String wanted) {
    YamlNode present = node;
    if (present == null || reported || !isPresent()) {
      return null;
    }
    if (isNull()) {
      problem(
          ProblemCode.NULL_VALUE,
          "is null, but must be " + wanted,
          "give it a value, or remove the field" + (type == Mapping.class ? "; {} is empty" : ""));
      return null;
    }
    if (type.isInstance(present)) {
      return type.cast(present);
    }
    problem(
        ProblemCode.WRONG_TYPE,
        "is " + present.noun() + ", but must be " + wanted,
        type == Sequence.class ? "write it as a list: [a, b]" : "write " + wanted);
    return null;
  }

  private String asText(Scalar scalar) {
    if (scalar.type() != YamlNode.Type.TEXT) {
      problem(
          ProblemCode.TEXT_EXPECTED,
          Shown.quoted(scalar.text())
              + " is "
              + scalar.noun()
              + " in YAML, but text is wanted here; it is taken as written");
    }
    return scalar.text();
  }

  private <E extends Enum<E>> E constant(Class<E> type, Scalar scalar, E absent) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(scalar.text())) {
        return constant;
      }
    }
    List<String> names = Arrays.stream(type.getEnumConstants()).map(Enum::name).toList();
    String list = names.stream().collect(Collectors.joining(", "));
    problem(
        ProblemCode.UNKNOWN_VALUE,
        "unknown value " + Shown.quoted(scalar.text()),
        Spelling.nearest(scalar.text(), names)
            .map(near -> "did you mean " + near + "? (one of " + list + ")")
            .orElse("use one of " + list));
    return absent;
  }

  private int asInteger(Scalar scalar, int min, int max, int absent) {
    if (!is(scalar, YamlNode.Type.INT, "a number")) {
      return absent;
    }
    try {
      long number = Integers.parse(scalar.text());
      if (number >= min && number <= max) {
        return (int) number;
      }
    } catch (NumberFormatException e) {
      // longer than any number that fits: out of range too
    }
    problem(
        ProblemCode.OUT_OF_RANGE,
        Shown.quoted(scalar.text()) + " is not within " + min + " to " + max,
        "use a number from " + min + " to " + max);
    return absent;
  }

  private boolean is(Scalar scalar, YamlNode.Type type, String wanted) {
    if (scalar.type() == type) {
      return true;
    }
    boolean quoted = scalar.style() != Style.PLAIN && CoreSchema.typeOf(scalar.text()) == type;
    problem(
        ProblemCode.WRONG_TYPE,
        "is " + scalar.noun() + ", but must be " + wanted,
        quoted ? "write it without quotes" : "write " + wanted);
    return false;
  }
}
