package io.heraldmesh.resource.read;

import io.heraldmesh.resource.RequestAuthentication;
import io.heraldmesh.resource.Selector;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;

/** Source: Istio request_authentication.proto and its validation. */
final class RequestAuthenticationDecoder {
  private static final int MAX_RULES = 4096;

  private RequestAuthenticationDecoder() {}

  static RequestAuthentication decode(Fields document) {
    return document
        .required("spec")
        .decode(
            spec -> {
              Selector selector = SelectorDecoder.selector(spec);
              Value rules = spec.optional("jwtRules");
              if (rules.size() > MAX_RULES) {
                rules.problem(ProblemCode.TOO_MANY, "more than " + MAX_RULES + " rules");
              }
              return new RequestAuthentication(
                  MetadataDecoder.namespaced(document),
                  selector,
                  SelectorDecoder.targetRefs(spec),
                  rules.list(JwtRuleDecoder::decode));
            });
  }
}
