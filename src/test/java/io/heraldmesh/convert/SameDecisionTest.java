package io.heraldmesh.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.convert.Difference.Kind;
import io.heraldmesh.resource.Resources;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random policies and random requests: what was converted never lets pass what the policies refuse,
 * and refuses more only where a difference was listed that says so.
 */
class SameDecisionTest {
  private static final List<String> NAMESPACES = List.of("a", "b");
  private static final List<String> SERVICES = List.of("web", "shop");
  private static final List<String> ISSUERS =
      List.of("https://one.example", "two@example.com", "https://three.example/realm");
  private static final List<String> PATHS =
      List.of("/", "/pub", "/pub/x", "/pub/x.css", "/x.css", "/api/v1", "/api", "/API", "/health");
  private static final List<String> MATCHES =
      List.of(
          "{exact: /health}",
          "{exact: /api}",
          "{prefix: /pub/}",
          "{prefix: /pub}",
          "{prefix: /api}",
          "{suffix: .css}",
          "{suffix: /v1}",
          "{regex: '/api/.*'}",
          "{regex: '/(pub|api)'}");

  @Test
  void whatWasConvertedDecidesTheSameOrSaysWhereItDoesNot() {
    Map<Kind, Integer> explained = new EnumMap<>(Kind.class);
    int same = 0;
    for (int seed = 0; seed < 150; seed++) {
      Random random = new Random(seed);
      String yaml = policies(random);
      Resources old = Town.read(yaml);
      Conversion conversion = PolicyConverter.convert(old);
      Town before = new Town(old);
      assertThat(conversion.isWhole()).as("seed %d\n%s", seed, yaml).isTrue();
      Town after = new Town(Town.converted(conversion));
      Set<Kind> listed =
          conversion.differences().stream().map(Difference::kind).collect(Collectors.toSet());
      for (int i = 0; i < 40; i++) {
        Town.Call call = call(random);
        int was = before.status(call);
        int is = after.status(call);
        String what = "seed %d, %s: was %d, is %d\n%s\n%s";
        if (was != 200) {
          assertThat(is).as(what, seed, call, was, is, yaml, conversion).isNotEqualTo(200);
        }
        if ((was == 200) == (is == 200)) {
          same++;
          continue;
        }
        Kind reason = reason(call, listed);
        assertThat(reason).as(what, seed, call, was, is, yaml, conversion).isNotNull();
        explained.merge(reason, 1, Integer::sum);
      }
    }
    assertThat(same).isGreaterThan(4000);
    assertThat(explained).containsKeys(Kind.INVALID_TOKEN, Kind.MERGED);
  }

  /** The listed difference that makes a request refused that used to pass. */
  private static @Nullable Kind reason(Town.Call call, Set<Kind> listed) {
    if (call.tcp()) {
      return listed.contains(Kind.TCP) ? Kind.TCP : null;
    }
    if (call.token() != null && listed.contains(Kind.INVALID_TOKEN)) {
      return Kind.INVALID_TOKEN;
    }
    return listed.contains(Kind.MERGED)
        ? Kind.MERGED
        : listed.contains(Kind.PATH) ? Kind.PATH : null;
  }

  @Test
  void withoutWiderPoliciesAndOddPathsRequestsWithoutTokensAreDecidedTheSame() {
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      String yaml = services() + policy(random, "a", "web", List.of("web"), MATCHES.subList(0, 5));
      Resources old = Town.read(yaml);
      Town before = new Town(old);
      Town after = new Town(Town.converted(PolicyConverter.convert(old)));
      for (String path : PATHS) {
        for (String method : List.of("GET", "OPTIONS", "PREFLIGHT")) {
          Town.Call call =
              new Town.Call("a", Map.of("app", "web"), 8080, true, method, path, null, false);
          int was = before.status(call);
          assertThat(after.status(call))
              .as("seed %d %s\n%s", seed, call, yaml)
              .isEqualTo(was == 401 ? 403 : was);
        }
      }
    }
  }

  private static Town.Call call(Random random) {
    String app = pick(random, List.of("web", "shop", "other"));
    String issuer = pick(random, List.of(ISSUERS.get(0), ISSUERS.get(1), ISSUERS.get(2), "x"));
    int port = pick(random, List.of(8080, 9090, 7070));
    boolean declaredTcp = app.equals("web") && port == 9090;
    return new Town.Call(
        pick(random, List.of("a", "b", "c")),
        Map.of("app", app),
        port,
        random.nextBoolean(),
        pick(random, List.of("GET", "GET", "POST", "OPTIONS", "PREFLIGHT")),
        pick(random, PATHS),
        random.nextInt(3) == 0 ? null : Town.token(issuer, random.nextInt(4) == 0),
        declaredTcp || random.nextInt(8) == 0);
  }

  private static String policies(Random random) {
    StringBuilder yaml = new StringBuilder(services());
    if (random.nextBoolean()) {
      yaml.append(policy(random, "", "default", List.of(), MATCHES));
    }
    for (String namespace : NAMESPACES) {
      if (random.nextBoolean()) {
        yaml.append(policy(random, namespace, "default", List.of(), MATCHES));
      }
      for (int i = random.nextInt(3); i > 0; i--) {
        yaml.append(policy(random, namespace, "p" + i, SERVICES.subList(0, 1 + i % 2), MATCHES));
      }
    }
    return yaml.toString();
  }

  private static String services() {
    StringBuilder yaml = new StringBuilder();
    for (String namespace : NAMESPACES) {
      for (String service : SERVICES) {
        yaml.append(
            """
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: %s, namespace: %s}
            spec:
              selector: {app: %s}
              ports:
              - {name: http, port: 80, targetPort: 8080}
              - {name: %s, port: 90, targetPort: 9090}
            """
                .formatted(
                    service, namespace, service, service.equals("web") ? "tcp-x" : "http-x"));
      }
    }
    return yaml.toString();
  }

  private static String policy(
      Random random, String namespace, String name, List<String> services, List<String> matches) {
    List<String> spec = new ArrayList<>();
    if (!services.isEmpty()) {
      String ports =
          pick(
              random,
              List.of("", ", ports: [{number: 80}]", ", ports: [{number: 90}, {name: http}]"));
      spec.add(
          "targets: ["
              + services.stream()
                  .map(s -> "{name: " + s + ports + "}")
                  .collect(Collectors.joining(", "))
              + "]");
    }
    spec.add(
        pick(
            random,
            List.of("peers: []", "peers: [{mtls: {}}]", "peers: [{mtls: {mode: PERMISSIVE}}]")));
    if (spec.getLast().contains("{}") && random.nextInt(3) == 0) {
      spec.add("peerIsOptional: true");
    }
    List<String> origins = new ArrayList<>();
    for (String issuer : ISSUERS) {
      if (random.nextInt(2) == 0) {
        origins.add(
            "{jwt: {issuer: '%s', jwksUri: 'https://k.example/k', triggerRules: [%s]}}"
                .formatted(issuer, triggers(random, matches)));
      }
    }
    if (!origins.isEmpty()) {
      spec.add("origins: [" + String.join(", ", origins) + "]");
      spec.add("principalBinding: USE_ORIGIN");
      if (random.nextInt(5) == 0) {
        spec.add("originIsOptional: true");
      }
    }
    return """
    ---
    apiVersion: authentication.istio.io/v1alpha1
    kind: %s
    metadata: {name: %s%s}
    spec: {%s}
    """
        .formatted(
            namespace.isEmpty() ? "MeshPolicy" : "Policy",
            name,
            namespace.isEmpty() ? "" : ", namespace: " + namespace,
            String.join(", ", spec));
  }

  private static String triggers(Random random, List<String> matches) {
    List<String> rules = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      List<String> fields = new ArrayList<>();
      if (random.nextBoolean()) {
        fields.add("excludedPaths: [" + pick(random, matches) + ", " + pick(random, matches) + "]");
      }
      if (random.nextBoolean()) {
        fields.add("includedPaths: [" + pick(random, matches) + ", " + pick(random, matches) + "]");
      }
      rules.add("{" + String.join(", ", fields) + "}");
    }
    return String.join(", ", rules);
  }

  private static <T> T pick(Random random, List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
