package io.heraldmesh.resource.read;

import io.heraldmesh.resource.Service;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Core Service: selector, ports and what kind of address it has. */
final class ServiceDecoder {
  private ServiceDecoder() {}

  static Service decode(Fields document) {
    return document
        .required("spec")
        .decode(
            spec ->
                new Service(
                    MetadataDecoder.namespaced(document),
                    spec.optional("selector").textMap(),
                    spec.optional("ports").list(ServiceDecoder::port),
                    addresses(spec.optional("clusterIPs"), spec.optional("clusterIP")),
                    spec.optional("clusterIP").text().value().equals("None"),
                    externalName(spec)));
  }

  /** A cluster address is the first of those in the list, or it stands alone. */
  private static List<String> addresses(Value list, Value single) {
    List<Located<String>> written = new ArrayList<>(list.texts());
    written.add(single.text());
    Set<String> addresses = new LinkedHashSet<>();
    for (Located<String> address : written) {
      String text = address.value();
      if (IpBlocks.isAddress(text)) {
        addresses.add(text);
      } else if (!text.isEmpty() && !text.equals("None")) {
        list.problems()
            .add(
                address.at(),
                ProblemCode.INVALID_ADDRESS,
                Shown.quoted(text) + " is neither an IP address nor None");
      }
    }
    return List.copyOf(addresses);
  }

  private static @Nullable String externalName(Fields spec) {
    boolean external = spec.optional("type").text().value().equals("ExternalName");
    return external ? spec.required("externalName").nonEmptyText().value() : null;
  }

  private static Service.Port port(Fields f) {
    int port = f.required("port").integer(1, Ports.MAX, 1).value();
    Value target = f.optional("targetPort");
    boolean named = target.isPresent() && !target.isNumber();
    Located<String> protocol = f.optional("protocol").text();
    return new Service.Port(
        f.at(),
        f.optional("name").text().value(),
        port,
        named ? 0 : target.integer(1, Ports.MAX, port).value(),
        named ? target.nonEmptyText().value() : null,
        protocol.value().isEmpty() ? "TCP" : protocol.value(),
        f.optional("appProtocol").text().value());
  }
}
