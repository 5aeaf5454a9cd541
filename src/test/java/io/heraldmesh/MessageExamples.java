package io.heraldmesh;

import io.heraldmesh.compile.CrossChecks;
import io.heraldmesh.resource.Resources;
import io.heraldmesh.resource.problem.Problem;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.read.ResourceReader;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A text for each problem code that brings it up; the catalogue shows what is said about it. */
final class MessageExamples {
  private static final Map<String, String> TEXTS = new TreeMap<>();

  static {
    text("HLD0004", "a: \u0007\n");
    text("HLD0005", "a: x\u202ey\n");
    text("HLD0006", "a: [b\n");
    text("HLD0007", "a:\n\tb: c\n");
    example("HLD0008", "{action: DENY, action: ALLOW}");
    text("HLD0009", "a: &x {}\n");
    example("HLD0010", "{action: !x DENY}");
    example("HLD0011", "{<<: {action: DENY}}");
    text("HLD0012", "? [a]\n: b\n");
    text("HLD0013", "[".repeat(80));
    text("HLD0015", "# nothing\n");
    example("HLD0101", "{rulez: []}");
    text("HLD0102", "apiVersion: v1\n");
    rule("HLD0103", "to: [{operation: {paths: /x}}]");
    example("HLD0104", "{action: deny}");
    rule("HLD0105", "to: [{operation: {ports: ['70000']}}]");
    example("HLD0106", "{action: }");
    rule("HLD0107", "when: [{key: experimental.envoy.filters.a, values: [b]}]");
    rule("HLD0108", "to: [{operation: {ports: [80]}}]");
    token("HLD0109", "{issuer: 'https://idp', jwks_uri: 'https://idp/keys'}");
    rule("HLD0110", "from: []");
    rule("HLD0111", "from: [{source: {serviceAccounts: [" + "a, ".repeat(17) + "]}}]");
    mesh("HLD0112", "{accessLogFile: /dev/stdout}");
    rule("HLD0113", "to: [{operation: {ports: [http]}}]");
    token("HLD0114", "{issuer: i, jwks: '{}', jwksUri: 'https://i/j'}");
    text("HLD0201", "apiVersion: batch/v1\nkind: Job\n");
    text("HLD0202", "apiVersion: security.istio.io/v1\nkind: authorizationpolicy\n");
    text("HLD0203", policy("A", "{}"));
    text("HLD0204", policy("a", "{}") + "---\n" + policy("a", "{}"));
    example("HLD0205", "{selector: {matchLabels: {app: '*'}}}");
    example("HLD0206", "{targetRefs: [{kind: Pod, name: p}]}");
    peer("HLD0301", "{portLevelMtls: {8080: {mode: DISABLE}}}");
    token("HLD0401", "{issuer: i, jwks: 'no json'}");
    token("HLD0403", "{issuer: i, jwksUri: 'http://i/j'}");
    token("HLD0404", "{issuer: i}");
    token("HLD0405", "{issuer: 'https://i', fromHeaders: [{name: 'x a'}]}");
    token("HLD0406", "{issuer: 'https://i', outputPayloadToHeader: host}");
    example("HLD0501", "{action: DENY}");
    rule("HLD0502", "when: [{key: 'request.header[x]', values: [a]}]");
    rule("HLD0503", "from: [{source: {ipBlocks: [10.0.0.0/33]}}]");
    rule("HLD0504", "from: [{source: {ipBlocks: [10.0.0.1/8]}}]");
    rule("HLD0505", "to: [{operation: {paths: ['/{**}/{*}']}}]");
    rule("HLD0506", "to: [{operation: {paths: ['/a?x=1']}}]");
    rule("HLD0507", "to: [{operation: {paths: ['/a*b']}}]");
    rule("HLD0508", "from: [{source: {serviceAccounts: ['a/*']}}]");
    text(
        "HLD0509",
        policy(
            "p",
            "{action: CUSTOM, provider: {name: x}, rules: [{from: [{source: {namespaces: [a]}}]}]}"));
    rule("HLD0510", "from: [{source: {trustDomains: [a/b]}}]");
    rule("HLD0511", "to: [{operation: {methods: [GETT]}}]");
    entry("HLD0601", "{address: 'a b'}");
    service("HLD0602", "{hosts: ['a b'], ports: [{number: 80, name: http}], resolution: DNS}");
    text(
        "HLD0701",
        "apiVersion: herald.io/v1alpha1\nkind: MeshConfig\nspec: {}\n---\n"
            + "apiVersion: herald.io/v1alpha1\nkind: MeshConfig\nspec: {}\n");
    text("HLD0801", pod() + "---\n" + policy("p", "{selector: {matchLabels: {app: wbe}}}"));
    text(
        "HLD0802",
        policy("all", "{rules: [{}]}")
            + "---\n"
            + policy("get", "{rules: [{to: [{operation: {methods: [GET]}}]}]}"));
    rule("HLD0803", "from: [{source: {principals: [other.test/ns/a/sa/b]}}]");
    text(
        "HLD0804",
        """
        apiVersion: v1
        kind: Service
        metadata: {name: db, namespace: shop}
        spec: {selector: {app: db}, ports: [{name: tcp, port: 5432}]}
        ---
        """
            + policy("p", "{action: DENY, rules: [{to: [{operation: {methods: [GET]}}]}]}"));
    text(
        "HLD0806",
        policy(
            "p",
            "{rules: [{to: [{operation: {paths: [/a*]}}]}, {to: [{operation: {paths: [/a/b]}}]}]}"));
    rule("HLD0807", "to: [{operation: {paths: [/a], notPaths: [/a]}}]");
    rule("HLD0808", "to: [{operation: {paths: [/a], notPaths: [/a]}}]");
    text(
        "HLD0809",
        named("security.istio.io/v1", "PeerAuthentication", "off", "{mtls: {mode: DISABLE}}")
            + "---\n"
            + policy("p", "{rules: [{from: [{source: {namespaces: [a]}}]}]}"));
    rule("HLD0810", "from: [{source: {requestPrincipals: ['*']}}]");
    text(
        "HLD0811",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n"
            + policy("p", "{rules: [{from: [{source: {namespaces: [shpo]}}]}]}"));
    text(
        "HLD0812",
        pod() + "---\n" + policy("p", "{rules: [{to: [{operation: {ports: ['80']}}]}]}"));
    service(
        "HLD0814",
        "{hosts: [a.example.com, b.example.com], resolution: DNS,"
            + " ports: [{number: 5432, name: tcp, protocol: TCP}]}");
  }

  private MessageExamples() {}

  /** What is said about the example of a code; empty when there is no example. */
  static Optional<Problem> of(ProblemCode code) {
    String text = TEXTS.get(code.id());
    if (text == null) {
      return Optional.empty();
    }
    Resources read = ResourceReader.read("example.yaml", text);
    return (read.problems().hasErrors()
            ? read.problems()
            : read.problems().and(CrossChecks.check(read)))
        .all().stream().filter(p -> p.code() == code).findFirst();
  }

  static boolean has(ProblemCode code) {
    return TEXTS.containsKey(code.id());
  }

  private static void text(String code, String yaml) {
    TEXTS.put(code, yaml);
  }

  private static void example(String code, String spec) {
    text(code, policy("p", spec));
  }

  private static void rule(String code, String rule) {
    text(code, policy("p", "{rules: [{" + rule + "}]}"));
  }

  private static void token(String code, String rule) {
    text(
        code,
        named("security.istio.io/v1", "RequestAuthentication", "r", "{jwtRules: [" + rule + "]}"));
  }

  private static void peer(String code, String spec) {
    text(code, named("security.istio.io/v1", "PeerAuthentication", "m", spec));
  }

  private static void entry(String code, String spec) {
    text(code, named("networking.istio.io/v1", "WorkloadEntry", "w", spec));
  }

  private static void service(String code, String spec) {
    text(code, named("networking.istio.io/v1", "ServiceEntry", "s", spec));
  }

  private static void mesh(String code, String spec) {
    text(code, named("herald.io/v1alpha1", "MeshConfig", "m", spec));
  }

  private static String policy(String name, String spec) {
    return named("security.istio.io/v1", "AuthorizationPolicy", name, spec);
  }

  private static String pod() {
    return """
    apiVersion: v1
    kind: Pod
    metadata: {name: web, namespace: shop, labels: {app: web}}
    spec: {containers: [{ports: [{containerPort: 8080}]}]}
    """;
  }

  private static String named(String apiVersion, String kind, String name, String spec) {
    return "apiVersion: %s\nkind: %s\nmetadata: {name: %s, namespace: shop}\nspec: %s\n"
        .formatted(apiVersion, kind, name, spec);
  }
}
