package io.heraldmesh.resource.read;

import io.heraldmesh.resource.Balancing;
import io.heraldmesh.resource.ClientTls;
import io.heraldmesh.resource.TrafficPolicy;
import io.heraldmesh.resource.TrafficPolicy.PortPolicy;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.util.Map;
import java.util.TreeMap;

/** Source: Istio destination_rule.proto, TrafficPolicy, and its validation. */
final class TrafficPolicyDecoder {
  /** Of them a policy, or a port's part of one, must say at least one. */
  private static final String[] PORT_FIELDS = {
    "tls", "connectionPool", "outlierDetection", "loadBalancer"
  };

  private static final String[] FIELDS = {
    "portLevelSettings", "tunnel", "proxyProtocol", "retryBudget"
  };

  private TrafficPolicyDecoder() {}

  /** An optional {@code trafficPolicy}. */
  static TrafficPolicy decode(Value written) {
    return written.isPresent() ? written.decode(f -> decode(f, false)) : TrafficPolicy.NONE;
  }

  /** As {@link #decode}, of a subset. */
  static TrafficPolicy decodeOfSubset(Value written) {
    return written.isPresent() ? written.decode(f -> decode(f, true)) : TrafficPolicy.NONE;
  }

  private static TrafficPolicy decode(Fields f, boolean subset) {
    Balancing balancing = balancing(f, subset);
    ClientTls tls = f.optional("tls").<ClientTls>decodeOrNull(ClientTlsDecoder::decode);
    f.notEnforced("tunnel", "proxyProtocol", "retryBudget");
    Map<Integer, PortPolicy> ports = new TreeMap<>();
    for (Value port : f.optional("portLevelSettings").items()) {
      port.decode(p -> port(p, subset, ports));
    }
    if (!f.isBroken() && !hasAny(f, PORT_FIELDS) && !hasAny(f, FIELDS)) {
      f.problem(ProblemCode.EMPTY, "traffic policy must have at least one field");
    }
    return new TrafficPolicy(tls, balancing, ports);
  }

  private static PortPolicy port(Fields f, boolean subset, Map<Integer, PortPolicy> ports) {
    Value written = f.required("port");
    int number = written.decode(p -> p.required("number").integer(1, Ports.MAX, 0).value());
    PortPolicy policy =
        new PortPolicy(
            f.optional("tls").<ClientTls>decodeOrNull(ClientTlsDecoder::decode),
            balancing(f, subset));
    if (!f.isBroken() && !hasAny(f, PORT_FIELDS)) {
      f.problem(ProblemCode.EMPTY, "port traffic policy must have at least one field");
    }
    if (ports.put(number, policy) != null && number != 0) {
      written.problem(ProblemCode.DUPLICATE_PORT, "port " + number + " stands twice");
    }
    return policy;
  }

  /** No request is for a subset, so what is said of a subset's endpoints together is in vain. */
  private static Balancing balancing(Fields f, boolean subset) {
    if (subset) {
      f.withoutEffect("loadBalancer", "outlierDetection", "connectionPool");
    }
    return BalancingDecoder.decode(f);
  }

  private static boolean hasAny(Fields f, String... names) {
    for (String name : names) {
      if (f.has(name)) {
        return true;
      }
    }
    return false;
  }
}
