package io.heraldmesh.resource.read;

import io.heraldmesh.resource.AuthenticationPolicy.Origin;
import io.heraldmesh.resource.JwtRule;
import io.heraldmesh.resource.JwtRule.HeaderLocation;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code origins[]}. Source: Istio authentication/v1alpha1 policy.proto, Jwt. */
final class OriginDecoder {
  /** Where a gateway puts a token it exchanged; not preceded by {@code Bearer}. */
  private static final String EXCHANGED_HEADER = "ingress-authorization";

  private static final String EXCHANGED_PREFIX = "istio";

  private OriginDecoder() {}

  static Origin decode(Fields origin) {
    return origin.required("jwt").decode(OriginDecoder::jwt);
  }

  private static Origin jwt(Fields f) {
    Value issuer = f.required("issuer");
    Value uri = f.optional("jwksUri", "jwks_uri");
    Value inline = f.optional("jwks");
    @Nullable Located<String> jwksUri = uri.textOrNull();
    @Nullable Located<String> jwks = inline.textOrNull();
    JwtRuleDecoder.checkKeys(uri, jwksUri, inline, jwks);
    List<HeaderLocation> headers =
        f.optional("jwtHeaders", "jwt_headers").items().stream()
            .map(OriginDecoder::header)
            .toList();
    JwtRule rule =
        new JwtRule(
            f.at(),
            issuer.nonEmptyText(),
            f.optional("audiences").texts(),
            jwksUri,
            jwks,
            headers,
            f.optional("jwtParams", "jwt_params").texts(),
            List.of(),
            true,
            null,
            List.of(),
            List.of(),
            JwtRuleDecoder.DEFAULT_TIMEOUT);
    JwtRuleDecoder.warnWithoutKeys(rule, issuer);
    boolean exchanged =
        headers.size() == 1 && headers.getFirst().name().value().equalsIgnoreCase(EXCHANGED_HEADER);
    return new Origin(rule, exchanged, TriggerRuleDecoder.decode(f));
  }

  private static HeaderLocation header(Value written) {
    Located<String> name = written.nonEmptyText();
    if (!name.value().isEmpty() && !Names.isHeader(name.value())) {
      written.problem(
          ProblemCode.INVALID_HEADER_NAME, Shown.quoted(name.value()) + " is no header name");
    }
    boolean exchanged = name.value().equalsIgnoreCase(EXCHANGED_HEADER);
    return new HeaderLocation(name, exchanged ? EXCHANGED_PREFIX : "");
  }
}
