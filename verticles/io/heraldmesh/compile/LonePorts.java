package io.heraldmesh.compile;

import io.heraldmesh.policy.AddressBlock;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.resource.ServiceEntry;
import io.heraldmesh.resource.WorkloadAddress;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * TCP ports of ServiceEntries that have no addresses, neither of their own nor of endpoints: a
 * captured connection is known to be for one by its port alone, where no other of them has it.
 *
 * <p>Source: Istio, {@code ServiceEntry.addresses}: "If the Addresses field is empty, traffic will
 * be identified solely based on the destination port. In such scenarios, the port on which the
 * service is being accessed must not be shared by any other service in the mesh."
 */
final class LonePorts {
  /** Every address; any other that a destination has says more. */
  private static final List<String> ANY = List.of("0.0.0.0/0", "::/0");

  private final Map<Integer, Map<String, Claim>> claims = new TreeMap<>();

  private record Claim(ServiceEntry entry, ServiceEntry.Port port) {}

  LonePorts(MeshScope scope) {
    for (ServiceEntry entry : scope.oldestFirst(ServiceEntry.class)) {
      for (Located<String> host : entry.hosts()) {
        for (ServiceEntry.Port port : entry.ports()) {
          String name = host.value().toLowerCase(Locale.ROOT);
          if (hasNoAddress(entry, name) && isTcp(port)) {
            claims
                .computeIfAbsent(port.number(), p -> new LinkedHashMap<>())
                .putIfAbsent(name, new Claim(entry, port));
          }
        }
      }
    }
  }

  /**
   * What stands for {@code port} of {@code host}: as it is written, or every address.
   *
   * @param host in lower case
   */
  List<String> addresses(ServiceEntry entry, String host, ServiceEntry.Port port) {
    Map<String, Claim> claimed = claims.getOrDefault(port.number(), Map.of());
    return claimed.size() == 1 && new Claim(entry, port).equals(claimed.get(host))
        ? ANY
        : entry.addresses().stream().map(Located::value).toList();
  }

  /** Warns of ports that several claim: none of them is meant. */
  void check(ProblemCollector found) {
    for (Map<String, Claim> claimed : claims.values()) {
      Map<Claim, String> told = new LinkedHashMap<>();
      claimed.forEach((host, claim) -> told.putIfAbsent(claim, host));
      if (claimed.size() > 1) {
        told.forEach(
            (claim, host) ->
                found.add(claim.port().at(), ProblemCode.SHARED_PORT, text(claimed, host)));
      }
    }
  }

  private static String text(Map<String, Claim> claimed, String host) {
    Map.Entry<String, Claim> other =
        claimed.entrySet().stream()
            .filter(one -> !one.getKey().equals(host))
            .findFirst()
            .orElseThrow();
    Claim claim = other.getValue();
    return "TCP port "
        + claim.port().number()
        + " of "
        + Shown.quoted(host)
        + " is that of "
        + Shown.quoted(other.getKey())
        + " of "
        + claim.entry().describe()
        + " too, and neither has addresses: what is captured is known to be for neither";
  }

  /** With a name that TLS asks for there is more to go by than the port. */
  private static boolean isTcp(ServiceEntry.Port port) {
    return PortProtocol.of(port) == Protocol.TCP && !PortProtocol.isTls(port);
  }

  private static boolean hasNoAddress(ServiceEntry entry, String host) {
    if (!entry.addresses().isEmpty() || entry.workloadSelector() != null) {
      return false;
    }
    if (!entry.endpoints().isEmpty()) {
      return entry.endpoints().stream().allMatch(LonePorts::isName);
    }
    return switch (entry.resolution()) {
      case NONE -> true;
      case STATIC -> false;
      case DNS, DNS_ROUND_ROBIN, DYNAMIC_DNS -> !host.startsWith("*");
    };
  }

  private static boolean isName(WorkloadAddress endpoint) {
    String address = endpoint.address().value();
    return !address.startsWith("unix:") && !isIp(address);
  }

  private static boolean isIp(String text) {
    try {
      AddressBlock.parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
