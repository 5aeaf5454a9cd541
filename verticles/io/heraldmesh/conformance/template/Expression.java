package io.heraldmesh.conformance.template;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A pipeline: commands separated by {@code |}, the value of each handed to the next as its last
 * argument.
 */
final class Expression {
  private static final Pattern WORD =
      Pattern.compile(
          "\\s*(\\$?(?:\\.?\\w+)(?:\\.\\w+)*|\\$|\\.|\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`|[()|])");

  private final List<List<Operand>> commands;

  private Expression(List<List<Operand>> commands) {
    this.commands = commands;
  }

  /** One word of a command. */
  private sealed interface Operand {
    record Literal(Object value) implements Operand {}

    /** A path from the dot, or from a variable. */
    record Path(String variable, List<String> names) implements Operand {}

    record Call(String function) implements Operand {}

    record Group(Expression inner, List<String> names) implements Operand {}
  }

  static Expression parse(String text) {
    Words words = new Words(text);
    Expression expression = words.pipeline();
    if (!words.done()) {
      throw new TemplateException("not understood: {{" + text.strip() + "}}");
    }
    return expression;
  }

  Object evaluate(GoTemplate.Scope scope) {
    List<Object> piped = List.of();
    for (List<Operand> command : commands) {
      piped = List.of(run(command, piped, scope));
    }
    return piped.getFirst();
  }

  private Object run(List<Operand> command, List<Object> piped, GoTemplate.Scope scope) {
    List<Object> arguments = new ArrayList<>();
    for (Operand operand : command.subList(1, command.size())) {
      arguments.add(value(operand, scope));
    }
    arguments.addAll(piped);
    if (command.getFirst() instanceof Operand.Call(String function)) {
      return Values.call(function, arguments);
    }
    Object head = value(command.getFirst(), scope);
    if (head instanceof Function<?, ?> function && arguments.size() == 1) {
      @SuppressWarnings("unchecked")
      Function<Object, Object> of = (Function<Object, Object>) function;
      return of.apply(arguments.getFirst());
    }
    if (!arguments.isEmpty()) {
      throw new TemplateException("a value takes no arguments");
    }
    return head;
  }

  private Object value(Operand operand, GoTemplate.Scope scope) {
    return switch (operand) {
      case Operand.Literal(Object literal) -> literal;
      case Operand.Call(String function) -> Values.call(function, List.of());
      case Operand.Group(Expression inner, List<String> names) ->
          follow(inner.evaluate(scope), names);
      case Operand.Path(String variable, List<String> names) ->
          follow(root(variable, scope), names);
    };
  }

  private static Object root(String variable, GoTemplate.Scope scope) {
    if (variable.isEmpty()) {
      return scope.dot();
    }
    Object value = scope.variables().get(variable);
    if (value == null) {
      throw new TemplateException("there is no variable " + variable);
    }
    return value;
  }

  /** A name that is missing at the end is empty where a default follows. */
  private Object follow(Object start, List<String> names) {
    Object value = start;
    for (String name : names) {
      if (!Values.has(value, name) && hasDefault()) {
        return "";
      }
      value = Values.field(value, name);
    }
    return value;
  }

  private boolean hasDefault() {
    return commands.size() > 1
        && commands.get(1).getFirst() instanceof Operand.Call(String function)
        && function.equals("default");
  }

  /** Reads words. */
  private static final class Words {
    private final Matcher words;
    private final String text;
    private int at;

    Words(String text) {
      this.text = text.stripTrailing();
      this.words = WORD.matcher(this.text);
    }

    boolean done() {
      return at >= text.length();
    }

    Expression pipeline() {
      List<List<Operand>> commands = new ArrayList<>();
      List<Operand> command = new ArrayList<>();
      while (!done()) {
        int before = at;
        String word = next();
        if (word.equals(")")) {
          at = before;
          break;
        }
        if (word.equals("|")) {
          commands.add(command);
          command = new ArrayList<>();
        } else {
          command.add(operand(word));
        }
      }
      commands.add(command);
      if (commands.stream().anyMatch(List::isEmpty)) {
        throw new TemplateException("an empty command in {{" + text.strip() + "}}");
      }
      return new Expression(List.copyOf(commands));
    }

    private Operand operand(String word) {
      char first = word.charAt(0);
      if (first == '(') {
        Expression inner = pipeline();
        if (done() || !next().equals(")")) {
          throw new TemplateException("a parenthesis is not closed: {{" + text.strip() + "}}");
        }
        return new Operand.Group(inner, trailing());
      }
      if (first == '"' || first == '`') {
        return new Operand.Literal(word.substring(1, word.length() - 1).replace("\\\"", "\""));
      }
      if (first == '.') {
        return new Operand.Path("", names(word));
      }
      if (first == '$') {
        int dot = word.indexOf('.');
        return dot < 0
            ? new Operand.Path(word, List.of())
            : new Operand.Path(word.substring(0, dot), names(word.substring(dot)));
      }
      return Character.isDigit(first)
          ? new Operand.Literal(Long.valueOf(word))
          : new Operand.Call(word);
    }

    /** {@code .Name} right behind a closing parenthesis. */
    private List<String> trailing() {
      if (done() || text.charAt(at) != '.') {
        return List.of();
      }
      return names(next());
    }

    private static List<String> names(String path) {
      return path.equals(".") ? List.of() : List.of(path.substring(1).split("\\.", -1));
    }

    private String next() {
      if (!words.find(at) || words.start() != at) {
        throw new TemplateException("not understood: {{" + text.strip() + "}}");
      }
      at = words.end();
      return words.group(1);
    }
  }
}
