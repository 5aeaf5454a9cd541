package io.heraldmesh.resource.read;

import io.heraldmesh.resource.WorkloadAddress;
import io.heraldmesh.resource.WorkloadEntry;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.KeyedValue;
import io.heraldmesh.resource.yaml.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Source: Istio workload_entry.proto and its validation. */
final class WorkloadAddressDecoder {
  private static final String UNIX = "unix://";

  private WorkloadAddressDecoder() {}

  static WorkloadEntry entry(Fields document) {
    return new WorkloadEntry(
        MetadataDecoder.namespaced(document),
        document.required("spec").decode(WorkloadAddressDecoder::decode));
  }

  static WorkloadAddress decode(Fields f) {
    Value address = f.required("address");
    Value ports = f.optional("ports");
    checkAddress(address, ports);
    f.notEnforced("network", "locality", "weight");
    return new WorkloadAddress(
        f.at(),
        address.text(),
        ports(ports),
        f.optional("labels").textMap(),
        serviceAccount(f.optional("serviceAccount")));
  }

  private static @Nullable Located<String> serviceAccount(Value written) {
    Located<String> name = written.nonEmptyTextOrNull();
    if (name != null) {
      Names.requireObjectName(name, written.problems());
    }
    return name;
  }

  private static void checkAddress(Value written, Value ports) {
    String address = written.peekText();
    if (!written.isPresent() || written.isNull()) {
      return;
    }
    if (address.startsWith(UNIX)) {
      String path = address.substring(UNIX.length());
      if (!path.startsWith("/") && !path.startsWith("@")) {
        written.problem(
            ProblemCode.INVALID_ADDRESS,
            "a unix socket needs an absolute path or an abstract name");
      } else if (path.endsWith("/")) {
        written.problem(ProblemCode.INVALID_ADDRESS, "a unix socket may not be a folder");
      }
      if (ports.isPresent()) {
        ports.problem(
            ProblemCode.CONFLICT, "a unix socket has no ports", "remove ports, or use an address");
      }
    } else if (!IpBlocks.isAddress(address) && !Names.isHost(address)) {
      written.problem(
          ProblemCode.INVALID_ADDRESS,
          Shown.quoted(address) + " is neither an IP address nor a host name");
    }
  }

  private static Map<String, Integer> ports(Value written) {
    Map<String, Integer> ports = new LinkedHashMap<>();
    for (KeyedValue entry : written.entries()) {
      String name = entry.key().value();
      if (!Names.isPort(name)) {
        entry.value().problem(ProblemCode.INVALID, Shown.quoted(name) + " is no name for a port");
      }
      ports.put(name, entry.value().integer(1, Ports.MAX, 1).value());
    }
    return ports;
  }
}
