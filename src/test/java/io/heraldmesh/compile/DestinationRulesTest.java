package io.heraldmesh.compile;

import static io.heraldmesh.compile.Meshes.destinationRule;
import static io.heraldmesh.compile.Meshes.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.resource.DestinationRule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which DestinationRule a caller is under. */
class DestinationRulesTest {
  private static final String ROOT = "istio-system";
  private static final String FULL = "web.shop.svc.cluster.local";

  @Test
  void theCallersNamespaceGoesBeforeTheServicesAndThatBeforeTheRoot() {
    String client = rule("bank", "client", FULL);
    String service = rule("shop", "service", "web");
    String root = rule(ROOT, "root", "*");
    assertThat(find("bank", client, service, root)).isEqualTo("bank/client");
    assertThat(find("other", client, service, root)).isEqualTo("shop/service");
    assertThat(find("other", client, root)).isEqualTo(ROOT + "/root");
    assertThat(find("other", client)).isEqualTo("-");
    assertThat(find("shop", client, service, root)).isEqualTo("shop/service");
  }

  @Test
  void aWildcardOfTheCallersNamespaceGoesBeforeAnExactHostOfTheServices() {
    assertThat(find("bank", rule("bank", "w", "*"), rule("shop", "e", "web"))).isEqualTo("bank/w");
  }

  @ParameterizedTest
  @CsvSource({
    "'web.shop.svc.cluster.local;*.shop.svc.cluster.local;*',   0",
    "'*;*.local;*.shop.svc.cluster.local',                      2",
    "'*;*.local',                                               1",
    "'*.bank.svc.cluster.local;*',                              1",
    "'*eb.shop.svc.cluster.local;*.shop.svc.cluster.local',     0",
    "'*.web.shop.svc.cluster.local',                            -1",
    "'web.bank.svc.cluster.local',                              -1",
    "'web.shop',                                                -1",
  })
  void ofSeveralHostsTheMostSpecificWins(String hosts, int winner) {
    String[] each = hosts.split(";", -1);
    String[] rules = new String[each.length];
    for (int i = 0; i < each.length; i++) {
      rules[i] = rule("shop", "r" + i, each[i]);
    }
    assertThat(find("bank", rules)).isEqualTo(winner < 0 ? "-" : "shop/r" + winner);
  }

  @Test
  void ofOneHostTheOldestWinsThenTheFirstByName() {
    String b = rule("shop", "b", "web");
    String c = rule("shop", "c", "web");
    assertThat(find("bank", c, b)).isEqualTo("shop/b");
    String old =
        c.replace("namespace: shop", "namespace: shop, creationTimestamp: '2024-01-01T00:00:00Z'");
    assertThat(find("bank", b, old)).isEqualTo("shop/c");
  }

  @Test
  void whatIsNotExportedToTheCallerIsNotThere() {
    String root = rule(ROOT, "root", "*");
    String own = rule("shop", "own", "web", "exportTo: [.]");
    String some = rule("shop", "some", "web", "exportTo: [bank]");
    assertThat(find("bank", own, root)).isEqualTo(ROOT + "/root");
    assertThat(find("shop", own, root)).isEqualTo("shop/own");
    assertThat(find("bank", some, root)).isEqualTo("shop/some");
    assertThat(find("shop", some, root)).isEqualTo(ROOT + "/root");
  }

  @Test
  void aRuleThatSelectsTheCallerGoesBeforeOneThatDoesNotAndIsForNobodyElse() {
    String all = rule("bank", "a-all", FULL);
    String teller = rule("bank", "teller", FULL, "workloadSelector: {matchLabels: {app: t}}");
    assertThat(find(new Caller("bank", Map.of("app", "t")), all, teller)).isEqualTo("bank/teller");
    assertThat(find(new Caller("bank", Map.of("app", "x")), all, teller)).isEqualTo("bank/a-all");
    assertThat(find(new Caller("bank", Map.of("app", "x")), teller)).isEqualTo("-");
    String ofService = rule("shop", "s", "web", "workloadSelector: {matchLabels: {app: t}}");
    assertThat(find(new Caller("bank", Map.of("app", "t")), ofService)).isEqualTo("-");
  }

  /** Istio's way to take the root namespace's own callers out of a rule for the whole mesh. */
  @Test
  void callersOfTheRootNamespaceTakeItsPrivateRulesAndThenTheServicesOwn() {
    String mesh = rule(ROOT, "default", "*");
    String optOut = rule(ROOT, "opt-out", "*", "exportTo: [.]");
    String service = rule("shop", "s", "web");
    assertThat(find(ROOT, mesh, optOut, service)).isEqualTo(ROOT + "/opt-out");
    assertThat(find(ROOT, mesh, service)).isEqualTo("shop/s");
    assertThat(find(ROOT, mesh)).isEqualTo(ROOT + "/default");
    assertThat(find("bank", mesh, optOut)).isEqualTo(ROOT + "/default");
  }

  @Test
  void wildcardServicesAreCoveredWhole() {
    assertThat(RulesByHost.covers("*.com", "*.example.com")).isTrue();
    assertThat(RulesByHost.covers("*.example.com", "*.example.com")).isTrue();
    assertThat(RulesByHost.covers("*.a.example.com", "*.example.com")).isFalse();
    assertThat(RulesByHost.covers("a.example.com", "*.example.com")).isFalse();
    assertThat(RulesByHost.covers("*.example.com", "example.com")).isFalse();
  }

  private static String find(String callerNamespace, String... rules) {
    return find(new Caller(callerNamespace, Map.of()), rules);
  }

  private static String find(Caller caller, String... rules) {
    ServicePort port =
        new ServicePort(
            "shop",
            "web",
            Set.of(FULL),
            FULL,
            80,
            Protocol.HTTP,
            Set.of(),
            List.of(),
            List.of(),
            false,
            false);
    DestinationRule found =
        new DestinationRules(MeshScope.of(read(rules), new TrustDomain("mesh.test")))
            .find(caller, port);
    return found == null ? "-" : found.metadata().namespace() + "/" + found.metadata().name();
  }

  private static String rule(String namespace, String name, String host, String... more) {
    return destinationRule(
        namespace, name, "{host: '%s'%s}".formatted(host, more.length == 0 ? "" : ", " + more[0]));
  }
}
