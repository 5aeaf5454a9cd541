package io.heraldmesh.resource.read;

import io.heraldmesh.resource.PeerAuthentication;
import io.heraldmesh.resource.PeerAuthentication.Mode;
import io.heraldmesh.resource.Selector;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.KeyedValue;
import io.heraldmesh.resource.yaml.Value;
import java.util.Map;
import java.util.TreeMap;

/** Source: Istio peer_authentication.proto and its validation. */
final class PeerAuthenticationDecoder {
  private PeerAuthenticationDecoder() {}

  static PeerAuthentication decode(Fields document) {
    return document
        .required("spec")
        .decode(
            spec -> {
              Selector selector = SelectorDecoder.selector(spec);
              Value ports = spec.optional("portLevelMtls");
              Map<Integer, Located<Mode>> portModes = portModes(ports);
              if (ports.isPresent() && selector.isEmpty()) {
                ports.problem(ProblemCode.PORT_NEEDS_SELECTOR, "portLevelMtls requires a selector");
              }
              return new PeerAuthentication(
                  MetadataDecoder.namespaced(document),
                  selector,
                  mode(spec.optional("mtls")),
                  portModes);
            });
  }

  private static Located<Mode> mode(Value mtls) {
    return mtls.decode(f -> f.optional("mode").oneOf(Mode.class, Mode.UNSET));
  }

  private static Map<Integer, Located<Mode>> portModes(Value written) {
    Map<Integer, Located<Mode>> modes = new TreeMap<>();
    for (KeyedValue entry : written.entries()) {
      modes.put(Ports.number(entry.key(), 1, written.problems()), mode(entry.value()));
    }
    if (written.isPresent() && !written.isNull() && modes.isEmpty()) {
      written.problem(ProblemCode.EMPTY, "portLevelMtls must name at least one port");
    }
    return modes;
  }
}
