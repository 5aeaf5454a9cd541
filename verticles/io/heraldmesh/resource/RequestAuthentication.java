package io.heraldmesh.resource;

import java.util.List;

/** {@code security.istio.io RequestAuthentication}. */
public record RequestAuthentication(
    Metadata metadata, Selector selector, List<TargetRef> targetRefs, List<JwtRule> jwtRules)
    implements Resource {

  public RequestAuthentication {
    targetRefs = List.copyOf(targetRefs);
    jwtRules = List.copyOf(jwtRules);
  }
}
