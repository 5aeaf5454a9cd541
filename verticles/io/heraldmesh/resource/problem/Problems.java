package io.heraldmesh.resource.problem;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Everything found wrong in one reading, in the order of the files. Immutable. */
public record Problems(List<Problem> all) {
  public static final Problems NONE = new Problems(List.of());

  public Problems {
    all = List.copyOf(all);
  }

  public boolean isEmpty() {
    return all.isEmpty();
  }

  /** True when nothing of the input may be put into force. */
  public boolean hasErrors() {
    return all.stream().anyMatch(p -> p.level() == Level.ERROR);
  }

  /** True when some file or folder could not be read at all. */
  public boolean hasUnreadable() {
    return all.stream().anyMatch(p -> p.code() == ProblemCode.UNREADABLE);
  }

  public List<Problem> errors() {
    return all.stream().filter(p -> p.level() == Level.ERROR).toList();
  }

  public List<Problem> warnings() {
    return all.stream().filter(p -> p.level() == Level.WARNING).toList();
  }

  /** These and then those. */
  public Problems and(Problems more) {
    return more.isEmpty()
        ? this
        : isEmpty() ? more : new Problems(Stream.concat(all.stream(), more.all.stream()).toList());
  }

  /** One line for each problem, each line ended. */
  public String text() {
    return all.stream().map(p -> p.text() + "\n").collect(Collectors.joining());
  }

  /** The JSON form that {@code herald lint -o json} prints, on one line. */
  public String json() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ArrayNode list = root.putArray("problems");
    for (Problem p : all) {
      list.addObject()
          .put("file", p.at().file())
          .put("line", p.at().line())
          .put("column", p.at().column())
          .put("level", p.level().word())
          .put("code", p.code().id())
          .put("field", p.at().field())
          .put("message", p.message())
          .put("hint", p.hint());
    }
    return root.toString();
  }
}
