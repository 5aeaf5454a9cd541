package io.heraldmesh.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Resources for the workload {@code b/server}, made from a seed. The words are few, so that
 * policies and requests meet often.
 */
final class RandomPolicies {
  static final List<String> PATHS =
      List.of(
          "/",
          "/a",
          "/a/b",
          "/a/b/c",
          "/admin",
          "/admin/x",
          "/x.js",
          "/a/../admin",
          "/a/./b",
          "//a",
          "/a//b",
          "/%61",
          "/a%2Fb",
          "/a%2fb",
          "/a\\b",
          "/a/..%2Fadmin",
          "/a/%2e%2e/admin",
          "/A",
          "/a%00b",
          "/a;v=1/b");
  private static final List<String> PATTERNS =
      List.of(
          "/", "/a", "/a*", "/a/*", "*.js", "*", "/a/b", "/admin", "/admin*", "/{*}", "/a/{*}",
          "/a/{**}", "/{**}", "/{*}/b");
  private static final List<String> HOSTS =
      List.of("server.b", "server.b:*", "*.b", "*", "other.b", "server.b.svc", "server*");
  private static final List<String> PRINCIPALS =
      List.of(
          "mesh.test/ns/a/sa/client",
          "cluster.local/ns/a/sa/client",
          "old.test/ns/a/sa/client",
          "mesh.test/ns/a/sa/other",
          "mesh.test/ns/x/*",
          "*/sa/client",
          "*");

  private final Random random;

  RandomPolicies(Random random) {
    this.random = random;
  }

  /**
   * @param jwks key set of the issuer {@code https://idp.test}
   */
  String yaml(String jwks) {
    StringBuilder yaml = new StringBuilder(mesh());
    if (random.nextInt(4) > 0) {
      yaml.append(tokens(jwks));
    }
    int policies = random.nextInt(4);
    for (int i = 0; i < policies; i++) {
      yaml.append(policy(i));
    }
    return yaml.toString();
  }

  private String mesh() {
    return """
    apiVersion: herald.io/v1alpha1
    kind: MeshConfig
    spec:
      trustDomain: mesh.test
      trustDomainAliases: [old.test]
      pathNormalization: {normalization: %s}
    ---
    apiVersion: security.istio.io/v1
    kind: PeerAuthentication
    metadata: {name: peers, namespace: b}
    spec: {mtls: {mode: %s}}
    """
        .formatted(
            one("NONE", "BASE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"),
            one("STRICT", "PERMISSIVE", "PERMISSIVE", "DISABLE"));
  }

  private String tokens(String jwks) {
    List<String> rule = new ArrayList<>();
    rule.add("issuer: https://idp.test");
    rule.add("jwks: '" + jwks + "'");
    maybe(rule, 3, () -> "audiences: [one]");
    maybe(rule, 2, () -> "forwardOriginalToken: true");
    maybe(rule, 2, () -> "outputPayloadToHeader: x-payload");
    maybe(
        rule,
        2,
        () -> "outputClaimToHeaders: [{header: x-user, claim: sub}, {header: x-n, claim: a.n}]");
    maybe(rule, 4, () -> "fromHeaders: [{name: x-token, prefix: 'T '}]");
    maybe(rule, 4, () -> "fromParams: [jwt]");
    return """
    ---
    apiVersion: security.istio.io/v1
    kind: RequestAuthentication
    metadata: {name: tokens, namespace: b}
    spec: {jwtRules: [{%s}]}
    """
        .formatted(String.join(", ", rule));
  }

  private String policy(int index) {
    String action = one("ALLOW", "ALLOW", "DENY", "DENY", "AUDIT");
    List<String> rules = new ArrayList<>();
    for (int i = action.equals("ALLOW") ? 0 : -1; i < random.nextInt(3); i++) {
      rules.add(rule());
    }
    return """
    ---
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata: {name: p%d, namespace: %s%s}
    spec: {action: %s, rules: [%s]}
    """
        .formatted(
            index,
            one("b", "b", "istio-system"),
            random.nextInt(6) == 0 ? ", annotations: {istio.io/dry-run: 'true'}" : "",
            action,
            String.join(", ", rules));
  }

  private String rule() {
    List<String> parts = new ArrayList<>();
    maybe(parts, 2, () -> "from: [" + several(this::source) + "]");
    maybe(parts, 2, () -> "to: [" + several(this::operation) + "]");
    maybe(parts, 3, () -> "when: [" + several(this::condition) + "]");
    return "{" + String.join(", ", parts) + "}";
  }

  private String source() {
    List<String> fields = new ArrayList<>();
    while (fields.isEmpty()) {
      maybe(fields, 3, () -> field("principals", "notPrincipals", PRINCIPALS));
      maybe(fields, 4, () -> field("namespaces", "notNamespaces", List.of("a", "x", "*", "*a")));
      maybe(fields, 6, () -> field("trustDomains", "notTrustDomains", List.of("mesh.test", "*")));
      maybe(
          fields, 6, () -> field("ipBlocks", "notIpBlocks", List.of("127.0.0.0/8", "10.0.0.0/8")));
      maybe(
          fields,
          6,
          () -> field("remoteIpBlocks", "notRemoteIpBlocks", List.of("127.0.0.1", "10.0.0.1")));
      maybe(
          fields,
          4,
          () ->
              field(
                  "requestPrincipals",
                  "notRequestPrincipals",
                  List.of("*", "https://idp.test/joe", "https://idp.test/*", "*/ann")));
    }
    return "{source: {" + String.join(", ", fields) + "}}";
  }

  private String operation() {
    List<String> fields = new ArrayList<>();
    while (fields.isEmpty()) {
      maybe(fields, 2, () -> field("paths", "notPaths", PATTERNS));
      maybe(
          fields, 3, () -> field("methods", "notMethods", List.of("GET", "POST", "P*", "*", "*E")));
      maybe(fields, 4, () -> field("hosts", "notHosts", HOSTS));
      maybe(fields, 5, () -> field("ports", "notPorts", List.of("8080", "9999")));
    }
    return "{operation: {" + String.join(", ", fields) + "}}";
  }

  private String condition() {
    List<String> row =
        one(
            List.of("request.headers[X-A]", "one", "two*", "*", "*ee"),
            List.of("request.headers[x-user]", "joe", "*"),
            List.of("request.auth.claims[role]", "admin", "*"),
            List.of("request.auth.claims[a][n]", "1", "*"),
            List.of("request.auth.audiences", "one", "two"),
            List.of("source.namespace", "a", "x"),
            List.of("source.principal", "*", "mesh.test/ns/a/sa/client"),
            List.of("destination.port", "8080", "9999"),
            List.of("destination.ip", "127.0.0.1", "10.0.0.0/8"),
            List.of("connection.sni", "*", "outbound_.80_*"));
    return "{key: '"
        + row.getFirst()
        + "', "
        + field("values", "notValues", row.subList(1, row.size()))
        + "}";
  }

  private String field(String name, String notName, List<String> words) {
    List<String> chosen = new ArrayList<>();
    chosen.add(one(words));
    if (random.nextInt(3) == 0) {
      chosen.add(one(words));
    }
    String list = "['" + String.join("', '", chosen) + "']";
    return (random.nextInt(4) == 0 ? notName : name) + ": " + list;
  }

  private String several(Supplier<String> part) {
    String first = part.get();
    return random.nextInt(3) == 0 ? first + ", " + part.get() : first;
  }

  private void maybe(List<String> parts, int of, Supplier<String> part) {
    if (random.nextInt(of) == 0) {
      parts.add(part.get());
    }
  }

  @SafeVarargs
  private <T> T one(T... of) {
    return of[random.nextInt(of.length)];
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
