package io.heraldmesh.conformance.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A template of {@code {{ … }}} actions: values and pipelines, {@code if} and {@code else}, {@code
 * range}, {@code with}, comments, and white space trimmed by {@code {{-} and {@code -}}}. Anything
 * else is refused by name.
 */
public final class GoTemplate {
  private static final Pattern ACTION =
      Pattern.compile("(\\s*)\\{\\{(-\\s)?\\s*(.*?)\\s*(\\s-)?}}", Pattern.DOTALL);

  private static final Pattern RANGE =
      Pattern.compile("range\\s+(?:(?:\\$\\w+\\s*,\\s*)?(\\$\\w+)\\s*:=\\s*)?(.+)", Pattern.DOTALL);

  private final List<Part> parts;

  private GoTemplate(List<Part> parts) {
    this.parts = parts;
  }

  /** What a template is made of. */
  private sealed interface Part {
    record Text(String text) implements Part {}

    record Print(Expression value) implements Part {}

    record When(Expression condition, List<Part> then, List<Part> otherwise, boolean with)
        implements Part {}

    record Each(String variable, Expression list, List<Part> body) implements Part {}
  }

  /**
   * @throws TemplateException when it is not understood
   */
  public static GoTemplate parse(String text) {
    Reader reader = new Reader(tokens(text));
    List<Part> parts = reader.parts(false);
    return new GoTemplate(parts);
  }

  /**
   * @param data what a leading dot stands for: maps, lists, texts, numbers, and functions of one
   *     text
   * @throws TemplateException when a value is asked for that is not there
   */
  public String render(Map<String, Object> data) {
    StringBuilder out = new StringBuilder();
    render(parts, new Scope(data, Map.of()), out);
    return out.toString();
  }

  private static void render(List<Part> parts, Scope scope, StringBuilder out) {
    for (Part part : parts) {
      switch (part) {
        case Part.Text(String text) -> out.append(text);
        case Part.Print(Expression value) -> out.append(Values.text(value.evaluate(scope)));
        case Part.When(
                Expression condition,
                List<Part> then,
                List<Part> otherwise,
                boolean with) -> {
          Object value = condition.evaluate(scope);
          boolean holds = Values.isTrue(value);
          render(holds ? then : otherwise, holds && with ? scope.dot(value) : scope, out);
        }
        case Part.Each(String variable, Expression list, List<Part> body) -> {
          for (Object member : Values.list(list.evaluate(scope))) {
            render(body, scope.dot(member).variable(variable, member), out);
          }
        }
      }
    }
  }

  /** What names stand for at one place. */
  record Scope(Object dot, Map<String, Object> variables) {
    Scope dot(Object value) {
      return new Scope(value, variables);
    }

    Scope variable(String name, Object value) {
      Map<String, Object> more = new HashMap<>(variables);
      more.put(name, value);
      return new Scope(dot, more);
    }
  }

  /** A piece of text, or what stands between braces. */
  private record Token(String text, boolean action) {}

  private static List<Token> tokens(String text) {
    List<Token> tokens = new ArrayList<>();
    Matcher action = ACTION.matcher(text);
    int end = 0;
    while (action.find(end)) {
      boolean trimBefore = action.group(2) != null;
      boolean trimAfter = action.group(4) != null;
      String before = text.substring(end, action.start());
      tokens.add(new Token(before + (trimBefore ? "" : action.group(1)), false));
      tokens.add(new Token(action.group(3), true));
      end = action.end();
      while (trimAfter && end < text.length() && Character.isWhitespace(text.charAt(end))) {
        end++;
      }
    }
    tokens.add(new Token(text.substring(end), false));
    return tokens;
  }

  /** Builds parts from tokens. */
  private static final class Reader {
    private final List<Token> tokens;
    private int at;

    Reader(List<Token> tokens) {
      this.tokens = tokens;
    }

    /** Up to the end, or up to {@code end} or {@code else}, which is left to be read. */
    List<Part> parts(boolean inside) {
      List<Part> parts = new ArrayList<>();
      for (; at < tokens.size(); at++) {
        Token token = tokens.get(at);
        if (!token.action()) {
          parts.add(new Part.Text(token.text()));
          continue;
        }
        String word = token.text().split("\\s", 2)[0];
        switch (word) {
          case "end", "else" -> {
            if (!inside) {
              throw new TemplateException("{{" + token.text() + "}} without a beginning");
            }
            return parts;
          }
          case "if", "with" -> parts.add(when(token.text().substring(word.length()), word));
          case "range" -> parts.add(each(token.text()));
          case "define", "template", "block", "break", "continue" ->
              throw new TemplateException("{{" + word + "}} is not understood");
          default -> {
            if (!token.text().startsWith("/*")) {
              parts.add(new Part.Print(Expression.parse(token.text())));
            }
          }
        }
      }
      if (inside) {
        throw new TemplateException("{{end}} is missing");
      }
      return parts;
    }

    private Part when(String condition, String word) {
      at++;
      List<Part> then = parts(true);
      List<Part> otherwise = List.of();
      String stop = tokens.get(at).text();
      if (stop.startsWith("else if")) {
        otherwise = List.of(when(stop.substring("else if".length()), "if"));
      } else if (stop.equals("else")) {
        at++;
        otherwise = parts(true);
      }
      return new Part.When(Expression.parse(condition), then, otherwise, word.equals("with"));
    }

    private Part each(String action) {
      Matcher range = RANGE.matcher(action);
      if (!range.matches()) {
        throw new TemplateException("{{" + action + "}} is not understood");
      }
      at++;
      List<Part> body = parts(true);
      if (!tokens.get(at).text().equals("end")) {
        throw new TemplateException("{{else}} of a range is not understood");
      }
      String variable = range.group(1);
      return new Part.Each(
          variable == null ? "$" : variable, Expression.parse(range.group(2)), body);
    }
  }
}
