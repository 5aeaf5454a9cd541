package io.heraldmesh.resource.read;

import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import java.util.regex.Pattern;

/**
 * Path templates: {@code {*}} stands for one segment, {@code {**}} for any number and is the last
 * operator. Source: Istio authorization_policy.proto, Operation.paths.
 */
final class PathTemplates {
  private static final Pattern LITERAL = Pattern.compile("[a-zA-Z0-9\\-._~%!$&'()+,;:@=]+");

  private PathTemplates() {}

  static boolean isTemplate(String path) {
    return path.contains("{*}") || path.contains("{**}");
  }

  static void check(Located<String> path, ProblemCollector problems) {
    boolean template = isTemplate(path.value());
    if (template && !path.value().startsWith("/")) {
      refuse(path, "a template begins with '/'", problems);
      return;
    }
    boolean any = false;
    for (String segment : strip(path.value()).split("/", -1)) {
      if (segment.equals("{*}") || segment.equals("{**}")) {
        if (any) {
          refuse(path, "an operator stands behind {**}", problems);
          return;
        }
        any = segment.equals("{**}");
      } else if (segment.contains("{") || segment.contains("}")) {
        refuse(path, Shown.quoted(segment) + " is neither {*} nor {**} nor plain text", problems);
        return;
      } else if (template && !LITERAL.matcher(segment).matches()) {
        refuse(path, Shown.quoted(segment) + " may not stand in a template", problems);
        return;
      }
    }
  }

  private static String strip(String path) {
    int from = path.startsWith("/") ? 1 : 0;
    int to = path.endsWith("/") && path.length() > from ? path.length() - 1 : path.length();
    return path.substring(from, to);
  }

  private static void refuse(Located<String> path, String why, ProblemCollector problems) {
    problems.add(path.at(), ProblemCode.INVALID_PATH_TEMPLATE, why);
  }
}
