package io.heraldmesh.node;

import io.heraldmesh.policy.Endpoint;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.ListenAddress;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Value;

/** Addresses in a node file. */
final class NodeAddresses {
  private static final String INHERITED = "fd:";

  private NodeAddresses() {}

  static HostPort listen(Value value, int defaultPort) {
    HostPort given = value.decodeOrNull(fields -> read(fields.required("listen")));
    return given == null ? new HostPort("127.0.0.1", defaultPort) : given;
  }

  /** Also {@code fd:NAME}: one of {@code sockets}, which the service manager passes. */
  static ListenAddress listener(Value value, NodeSockets sockets) {
    String text = value.nonEmptyText().value();
    if (!text.startsWith(INHERITED)) {
      return new ListenAddress(read(value));
    }
    try {
      return sockets.inherited().named(text.substring(INHERITED.length()));
    } catch (IllegalArgumentException e) {
      value.problem(ProblemCode.INVALID_ADDRESS, String.valueOf(e.getMessage()), sockets.cure());
      return new ListenAddress(new HostPort("127.0.0.1", 0));
    }
  }

  /** One that others dial; port 0: that of the listener. */
  static HostPort dialled(Value value) {
    HostPort address = read(value);
    if (!Endpoint.isHost(address.host())) {
      value.problem(
          ProblemCode.INVALID_ADDRESS,
          Shown.quoted(address.host()) + " is neither an IP address nor a host name");
    }
    return address;
  }

  static HostPort read(Value value) {
    String text = value.nonEmptyText().value();
    if (!text.isEmpty()) {
      try {
        return HostPort.parse(text);
      } catch (IllegalArgumentException e) {
        value.problem(
            ProblemCode.INVALID_ADDRESS,
            String.valueOf(e.getMessage()),
            "write host:port, as in 127.0.0.1:8080 or [::1]:8080");
      }
    }
    return new HostPort("127.0.0.1", 0);
  }
}
