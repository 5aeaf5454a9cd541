package io.heraldmesh.resource.yaml;

import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.YamlNode.Content;
import io.heraldmesh.resource.yaml.YamlNode.Scalar;
import io.heraldmesh.resource.yaml.YamlNode.Style;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;

/**
 * Parse events to nodes, with a stack of its own (input cannot exhaust the thread's). Refuses here
 * what no field may hold: aliases, anchors, tags, merge keys, keys that are not plain text or stand
 * twice.
 */
final class Composer {
  private final Origin origin;
  private final YamlLimits limits;
  private final ProblemCollector problems;
  private final List<String> lines;
  private final Deque<Frame> open = new ArrayDeque<>();
  private final List<YamlDocument> documents = new ArrayList<>();
  private int nodes;
  private int documentLine;
  private int errorsBefore;

  Composer(Origin origin, YamlLimits limits, ProblemCollector problems, String text) {
    this.origin = origin;
    this.limits = limits;
    this.problems = problems;
    this.lines = text.lines().toList();
    this.errorsBefore = problems.errors();
  }

  /** The documents that are complete. */
  List<YamlDocument> documents() {
    return documents;
  }

  /** Line, from 0, on which the last document began. */
  int documentLine() {
    return documentLine;
  }

  /** Path of the field that is being read. */
  String path() {
    Frame top = open.peek();
    return top == null ? origin.path() : top.childPath();
  }

  void accept(Event event) {
    switch (event.getEventId()) {
      case DocumentStart -> {
        documentLine = mark(event).getLine();
        errorsBefore = problems.errors();
      }
      case Alias -> alias((AliasEvent) event);
      case Scalar -> scalar((ScalarEvent) event);
      case SequenceStart, MappingStart -> start((CollectionStartEvent) event);
      case SequenceEnd, MappingEnd -> end();
      case StreamStart, StreamEnd, DocumentEnd, Comment -> {}
    }
  }

  private void alias(AliasEvent event) {
    int line = line(event);
    int column = column(event);
    problems.add(
        origin.at(line, column, path()),
        ProblemCode.ALIAS,
        "alias *" + event.getAlias() + " is not allowed");
    put(new YamlNode.Refused(line, column));
  }

  private void scalar(ScalarEvent event) {
    count(event);
    boolean refused = refuseAnchorAndTag(event, event.getTag());
    int line = line(event);
    int column = column(event);
    String text = event.getValue();
    Style style =
        event.isPlain()
            ? Style.PLAIN
            : event.isLiteral() ? Style.LITERAL : event.isFolded() ? Style.FOLDED : Style.QUOTED;
    if (style == Style.QUOTED) {
      escapes(text, line, column);
    }
    YamlNode.Type type = style == Style.PLAIN ? CoreSchema.typeOf(text) : YamlNode.Type.TEXT;
    Content content =
        style == Style.LITERAL ? literalContent(line, text) : new Content(line, column);
    Scalar scalar = new Scalar(text, type, style, line, column, content);
    put(refused && !expectsKey() ? new YamlNode.Refused(line, column) : scalar);
  }

  /** What double quotes can bring in although the file itself has no such character. */
  private void escapes(String text, int line, int column) {
    text.codePoints()
        .filter(c -> Character.getType(c) == Character.SURROGATE)
        .findFirst()
        .ifPresent(
            c ->
                problems.add(
                    origin.at(line, column, path()),
                    ProblemCode.CONTROL_CHARACTER,
                    String.format("half a surrogate pair U+%04X is no character", c),
                    "write the character itself"));
    text.codePoints()
        .filter(c -> SourceText.isBidirectional(c) && !written(c))
        .findFirst()
        .ifPresent(
            c ->
                problems.add(
                    origin.at(line, column, path()),
                    ProblemCode.HIDDEN_CHARACTER,
                    String.format("bidirectional control character U+%04X, as an escape", c)));
  }

  /** True when the character stands in the file, where it was reported already. */
  private boolean written(int c) {
    return lines.stream().anyMatch(l -> l.indexOf(c) >= 0);
  }

  /** A literal block begins on the line below its indicator; what was cut off is indentation. */
  private Content literalContent(int indicatorLine, String text) {
    int skipped = 0;
    for (String line : text.lines().toList()) {
      if (!line.isBlank() && indicatorLine + skipped < lines.size()) {
        String written = lines.get(indicatorLine + skipped);
        return new Content(indicatorLine + 1, indent(written) - indent(line) + 1);
      }
      skipped++;
    }
    return new Content(indicatorLine + 1, 1);
  }

  private static int indent(String line) {
    int spaces = 0;
    while (spaces < line.length() && line.charAt(spaces) == ' ') {
      spaces++;
    }
    return spaces;
  }

  private void start(CollectionStartEvent event) {
    count(event);
    refuseAnchorAndTag(event, event.getTag());
    if (open.size() >= limits.depth()) {
      problems.add(
          origin.at(line(event), column(event), path()),
          ProblemCode.TOO_DEEP,
          "nested more than " + limits.depth() + " levels deep");
      throw new LimitReached();
    }
    boolean mapping = event.getEventId() == Event.ID.MappingStart;
    open.push(new Frame(mapping, line(event), column(event), path()));
  }

  private void end() {
    Frame frame = open.pop();
    put(
        frame.mapping
            ? new YamlNode.Mapping(frame.entries, frame.line, frame.column)
            : new YamlNode.Sequence(frame.items, frame.line, frame.column));
  }

  private void put(YamlNode node) {
    Frame top = open.peek();
    if (top == null) {
      if (!(node instanceof Scalar scalar && scalar.type() == YamlNode.Type.NULL)) {
        documents.add(new YamlDocument(node, origin, problems.errors() == errorsBefore));
      }
    } else if (!top.mapping) {
      top.items.add(node);
    } else if (top.keyed) {
      value(top, node);
    } else {
      key(top, node);
    }
  }

  private void key(Frame top, YamlNode node) {
    top.keyed = true;
    top.key = null;
    if (!(node instanceof Scalar key) || key.type() == YamlNode.Type.NULL) {
      problems.add(
          origin.at(node, top.path), ProblemCode.BAD_KEY, "a key is " + node.noun() + ", not text");
    } else if (key.style() == Style.PLAIN && key.text().equals("<<")) {
      problems.add(origin.at(node, top.path), ProblemCode.MERGE_KEY, "merge key <<");
    } else {
      top.key = key;
      Scalar first = top.keys.putIfAbsent(key.text(), key);
      if (first != null) {
        problems.add(
            origin.at(node, top.childPath()),
            ProblemCode.DUPLICATE_KEY,
            "key "
                + Shown.quoted(key.text())
                + " stands twice, first on line "
                + (first.line() + origin.lines()));
        top.duplicate = true;
      }
    }
  }

  private static void value(Frame top, YamlNode node) {
    Scalar key = top.key;
    if (key != null && !top.duplicate) {
      top.entries.add(new YamlNode.Entry(key, node));
    }
    top.keyed = false;
    top.duplicate = false;
    top.key = null;
  }

  private boolean expectsKey() {
    Frame top = open.peek();
    return top != null && top.mapping && !top.keyed;
  }

  private boolean refuseAnchorAndTag(NodeEvent event, Optional<String> tag) {
    event
        .getAnchor()
        .ifPresent(
            anchor ->
                problems.add(
                    origin.at(line(event), column(event), path()),
                    ProblemCode.ALIAS,
                    "anchor &" + anchor + " is not allowed"));
    tag.ifPresent(
        t ->
            problems.add(
                origin.at(line(event), column(event), path()),
                ProblemCode.TAG,
                "tag " + Shown.quoted(t) + " is not allowed"));
    return tag.isPresent();
  }

  private void count(Event event) {
    if (++nodes > limits.nodes()) {
      problems.add(
          origin.at(line(event), column(event), ""),
          ProblemCode.TOO_MANY_NODES,
          "more than " + limits.nodes() + " values in one file");
      throw new LimitReached();
    }
  }

  private static Mark mark(Event event) {
    return event.getStartMark().orElseThrow();
  }

  private static int line(Event event) {
    return mark(event).getLine() + 1;
  }

  private static int column(Event event) {
    return mark(event).getColumn() + 1;
  }

  /** A collection whose end has not been seen. */
  private static final class Frame {
    final boolean mapping;
    final int line;
    final int column;
    final String path;
    final List<YamlNode> items = new ArrayList<>();
    final List<YamlNode.Entry> entries = new ArrayList<>();
    final Map<String, Scalar> keys = new HashMap<>();
    @Nullable Scalar key;
    boolean keyed;
    boolean duplicate;

    Frame(boolean mapping, int line, int column, String path) {
      this.mapping = mapping;
      this.line = line;
      this.column = column;
      this.path = path;
    }

    String childPath() {
      if (!mapping) {
        return path + "[" + items.size() + "]";
      }
      return key == null ? path : FieldPath.child(path, key.text());
    }
  }

  /** Reading stops here; the problem is reported already. */
  static final class LimitReached extends RuntimeException {
    LimitReached() {
      super("limit of a YAML file reached", null, false, false);
    }
  }
}
