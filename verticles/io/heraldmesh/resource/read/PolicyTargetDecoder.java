package io.heraldmesh.resource.read;

import io.heraldmesh.resource.AuthenticationPolicy.Port;
import io.heraldmesh.resource.AuthenticationPolicy.Target;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.util.regex.Pattern;

/** {@code targets[]}. Source: Istio authentication/v1alpha1 policy.proto, TargetSelector. */
final class PolicyTargetDecoder {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  private PolicyTargetDecoder() {}

  static Target decode(Fields f) {
    f.notEnforced("labels");
    Value name = f.required("name");
    Located<String> text = name.nonEmptyText();
    requireLabel(name, text, "is no short name of a service", "write metadata.name of the Service");
    return new Target(text, f.optional("ports").list(PolicyTargetDecoder::port));
  }

  private static Port port(Fields f) {
    Value number = f.optional("number");
    Value name = f.optional("name");
    if (number.isPresent() == name.isPresent() && !f.isBroken()) {
      f.problem(
          name.isPresent() ? ProblemCode.CONFLICT : ProblemCode.REQUIRED,
          "a port is given by exactly one of number and name");
    }
    if (!name.isPresent()) {
      return new Port(f.at(), number.integer(1, Ports.MAX, 1).value(), null);
    }
    Located<String> text = name.nonEmptyText();
    requireLabel(name, text, "is no name of a port", "write the name that the Service gives it");
    return new Port(f.at(), 0, text.value());
  }

  private static void requireLabel(
      Value written, Located<String> text, String fault, String remedy) {
    if (!text.value().isEmpty() && !LABEL.matcher(text.value()).matches()) {
      written.problem(ProblemCode.INVALID_NAME, Shown.quoted(text.value()) + " " + fault, remedy);
    }
  }
}
