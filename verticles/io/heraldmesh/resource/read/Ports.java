package io.heraldmesh.resource.read;

import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import java.util.regex.Pattern;

/** Port numbers that are written as text; with a leading zero it may be meant as octal. */
final class Ports {
  static final int MAX = 65535;
  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]*");

  private Ports() {}

  /** The port, or 0 after reporting that the text is none from {@code min} to 65535. */
  static int number(Located<String> text, int min, ProblemCollector problems) {
    String written = text.value();
    if (!NUMBER.matcher(written).matches()) {
      problems.add(
          text.at(),
          ProblemCode.INVALID,
          Shown.quoted(written) + " is not a port number",
          "use a number from " + min + " to " + MAX);
      return 0;
    }
    int port = written.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(written);
    if (port < min || port > MAX) {
      problems.add(
          text.at(),
          ProblemCode.OUT_OF_RANGE,
          "port " + Shown.quoted(written) + " must be between " + min + " and " + MAX,
          "use a number from " + min + " to " + MAX);
      return 0;
    }
    return port;
  }
}
