package io.heraldmesh.resource.read;

import io.heraldmesh.resource.AuthorizationPolicy.Operation;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.yaml.Fields;

/** {@code to[].operation}. */
final class OperationDecoder {
  private OperationDecoder() {}

  static Operation decode(Fields f) {
    Operation operation =
        new Operation(
            f.at(),
            Patterns.values(f, "hosts", "notHosts", Patterns::hosts),
            Patterns.values(f, "ports", "notPorts", Patterns::ports),
            Patterns.values(f, "methods", "notMethods", Patterns::methods),
            Patterns.values(f, "paths", "notPaths", Patterns::paths));
    if (operation.hosts().isEmpty()
        && operation.ports().isEmpty()
        && operation.methods().isEmpty()
        && operation.paths().isEmpty()
        && !f.isBroken()) {
      f.problem(ProblemCode.EMPTY, "operation names nothing; it must not be empty");
    }
    return operation;
  }
}
