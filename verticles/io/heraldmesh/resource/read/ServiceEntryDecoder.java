package io.heraldmesh.resource.read;

import io.heraldmesh.resource.Selector;
import io.heraldmesh.resource.ServiceEntry;
import io.heraldmesh.resource.ServiceEntry.Location;
import io.heraldmesh.resource.ServiceEntry.Resolution;
import io.heraldmesh.resource.WorkloadAddress;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Source: Istio service_entry.proto and its validation. */
final class ServiceEntryDecoder {
  private ServiceEntryDecoder() {}

  static ServiceEntry decode(Fields document) {
    return document.required("spec").decode(spec -> decode(document, spec));
  }

  private static ServiceEntry decode(Fields document, Fields spec) {
    Value hosts = spec.required("hosts");
    Value addresses = spec.optional("addresses");
    Value endpoints = spec.optional("endpoints");
    Value selector = spec.optional("workloadSelector");
    Value ports = spec.optional("ports");
    Resolution resolution =
        spec.optional("resolution").oneOf(Resolution.class, Resolution.NONE).value();
    refuseExportTo(spec);
    ServiceEntry entry =
        new ServiceEntry(
            MetadataDecoder.namespaced(document),
            hosts.texts(),
            addresses.texts(),
            ports.list(ServiceEntryDecoder::port),
            spec.optional("location").oneOf(Location.class, Location.MESH_EXTERNAL).value(),
            resolution,
            endpoints.<WorkloadAddress>list(WorkloadAddressDecoder::decode),
            selector.<Selector>decodeOrNull(SelectorDecoder::workloadSelector),
            spec.optional("subjectAltNames").texts());
    checkHosts(hosts, entry);
    checkAddresses(entry, hosts.problems());
    checkEndpoints(entry, endpoints);
    checkPorts(entry, ports.problems());
    return entry;
  }

  private static ServiceEntry.Port port(Fields f) {
    Value name = f.required("name");
    int number = f.required("number").integer(1, Ports.MAX, 1).value();
    return new ServiceEntry.Port(
        f.at(),
        name.nonEmptyText().value(),
        number,
        f.optional("protocol").text().value().toUpperCase(Locale.ROOT),
        f.optional("targetPort").integer(1, Ports.MAX, number).value());
  }

  /** Who may see a host decides who may call it, so a limit must not be lost in silence. */
  private static void refuseExportTo(Fields spec) {
    List<Located<String>> exportTo = spec.optional("exportTo").texts();
    if (exportTo.stream().anyMatch(e -> !e.value().equals("*"))) {
      spec.notEnforced("exportTo");
    }
  }

  private static void checkHosts(Value hosts, ServiceEntry entry) {
    if (hosts.isList() && entry.hosts().isEmpty()) {
      hosts.problem(ProblemCode.EMPTY, "at least one host is needed");
    }
    for (Located<String> host : entry.hosts()) {
      String text = host.value();
      if (text.equals("*")) {
        hosts
            .problems()
            .add(host.at(), ProblemCode.INVALID_HOST, "hostname cannot be the wildcard '*'");
      } else if (!text.isEmpty() && !Names.isHost(withoutWildcard(text))) {
        hosts
            .problems()
            .add(host.at(), ProblemCode.INVALID_HOST, Shown.quoted(text) + " is no host name");
      }
    }
  }

  private static String withoutWildcard(String host) {
    return host.startsWith("*.")
        ? host.substring(2)
        : host.startsWith("*") ? host.substring(1) : host;
  }

  private static void checkAddresses(ServiceEntry entry, ProblemCollector problems) {
    IpBlocks.check(entry.addresses(), problems);
    boolean blocks =
        entry.resolution() == Resolution.NONE || entry.resolution() == Resolution.STATIC;
    for (Located<String> address : entry.addresses()) {
      if (address.value().contains("/") && !blocks) {
        problems.add(
            address.at(),
            ProblemCode.INVALID_ADDRESS,
            "CIDR addresses are allowed only with resolution NONE or STATIC",
            "write single addresses, or change resolution");
      }
    }
  }

  private static void checkEndpoints(ServiceEntry entry, Value endpoints) {
    if (entry.workloadSelector() != null && endpoints.isPresent()) {
      endpoints.problem(
          ProblemCode.ENDPOINTS_NOT_ALLOWED,
          "only one of workloadSelector and endpoints can be set");
    }
    if (entry.endpoints().isEmpty()) {
      return;
    }
    switch (entry.resolution()) {
      case NONE ->
          endpoints.problem(
              ProblemCode.ENDPOINTS_NOT_ALLOWED, "resolution NONE cannot have endpoints");
      case DNS_ROUND_ROBIN -> {
        if (entry.endpoints().size() > 1) {
          endpoints.problem(
              ProblemCode.ENDPOINTS_NOT_ALLOWED,
              "resolution DNS_ROUND_ROBIN cannot have more than one endpoint");
        }
      }
      case STATIC, DNS, DYNAMIC_DNS -> {}
    }
  }

  private static void checkPorts(ServiceEntry entry, ProblemCollector problems) {
    Set<String> names = new HashSet<>();
    Set<Integer> numbers = new HashSet<>();
    for (ServiceEntry.Port port : entry.ports()) {
      if (!names.add(port.name())) {
        problems.add(
            port.at(),
            ProblemCode.DUPLICATE_PORT,
            "port name " + Shown.quoted(port.name()) + " stands twice");
      }
      if (!numbers.add(port.number())) {
        problems.add(
            port.at(), ProblemCode.DUPLICATE_PORT, "port " + port.number() + " stands twice");
      }
    }
  }
}
