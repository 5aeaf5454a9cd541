package io.heraldmesh.policy;

import static io.heraldmesh.policy.Policies.ANY_OPERATION;
import static io.heraldmesh.policy.Policies.ANY_SOURCE;
import static io.heraldmesh.policy.Policies.anyOf;
import static io.heraldmesh.policy.Policies.caller;
import static io.heraldmesh.policy.Policies.connection;
import static io.heraldmesh.policy.Policies.enforce;
import static io.heraldmesh.policy.Policies.noneOf;
import static io.heraldmesh.policy.Policies.policy;
import static io.heraldmesh.policy.Policies.rule;
import static io.heraldmesh.policy.Policies.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.AuthorizationPolicy.Action;
import io.heraldmesh.policy.Condition.AddressAttribute;
import io.heraldmesh.policy.Condition.AddressCondition;
import io.heraldmesh.policy.Condition.HeaderCondition;
import io.heraldmesh.policy.Condition.PortCondition;
import io.heraldmesh.policy.Condition.TextAttribute;
import io.heraldmesh.policy.Condition.TextCondition;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Field, pattern, request, verdict: each rule is tried alone, in an ALLOW and in a DENY policy. */
class AuthorizationFieldsTest {
  private static final String CLIENT = "mesh.test/ns/a/sa/client";

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "mesh.test/ns/a/sa/client, mesh.test/ns/a/sa/client, true",
        "mesh.test/ns/a/sa/client, mesh.test/ns/a/sa/client2, false",
        "mesh.test/ns/a/sa/client, old.test/ns/a/sa/client, false",
        "mesh.test/ns/a/sa/client, -, false",
        "mesh.test/ns/a/*, mesh.test/ns/a/sa/client, true",
        "mesh.test/ns/a/*, mesh.test/ns/ab/sa/client, false",
        "*/ns/a/sa/client, old.test/ns/a/sa/client, true",
        "*/sa/client, mesh.test/ns/a/sa/xclient, false",
        "*, mesh.test/ns/a/sa/client, true",
        "*, -, false",
        "spiffe://mesh.test/ns/a/sa/client, mesh.test/ns/a/sa/client, false",
        "mesh.test/ns/a/sa/svc.v1, mesh.test/ns/a/sa/svcXv1, false",
      })
  void principals(String pattern, @Nullable String caller, boolean matches) {
    Requests request = Requests.get("/x");
    assertMatches(rule(Policies.principals(anyOf(pattern))), caller(caller), request, matches);
    assertMatches(rule(Policies.principals(noneOf(pattern))), caller(caller), request, !matches);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "a, mesh.test/ns/a/sa/x, true",
        "a, mesh.test/ns/ab/sa/x, false",
        "a, mesh.test/ns/b/sa/a, false",
        "a*, mesh.test/ns/ab/sa/x, true",
        "*b, mesh.test/ns/ab/sa/x, true",
        "a*c, mesh.test/ns/abc/sa/x, true",
        "a*c, mesh.test/ns/abcd/sa/x, false",
        "*, mesh.test/ns/abcd/sa/x, true",
        "*, -, false",
      })
  void namespaces(String pattern, @Nullable String caller, boolean matches) {
    TextMatch match = TextMatch.ofNamespace(pattern);
    TextField positive = new TextField(List.of(match), List.of());
    TextField negative = new TextField(List.of(), List.of(match));
    Requests request = Requests.get("/x");
    assertMatches(rule(namespaces(positive)), caller(caller), request, matches);
    assertMatches(rule(namespaces(negative)), caller(caller), request, !matches);
    Condition condition = new TextCondition(TextAttribute.SOURCE_NAMESPACE, positive);
    assertMatches(rule(condition), caller(caller), request, matches);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "a/client, mesh.test/ns/a/sa/client, true",
        "a/client, old.test/ns/a/sa/client, true",
        "a/client, mesh.test/ns/b/sa/client, false",
        "a/client, mesh.test/ns/a/sa/client2, false",
        "a/client, -, false",
      })
  void serviceAccounts(String pattern, @Nullable String caller, boolean matches) {
    Requests request = Requests.get("/x");
    assertMatches(
        rule(new TextCondition(TextAttribute.SOURCE_SERVICE_ACCOUNT, anyOf(pattern))),
        caller(caller),
        request,
        matches);
    assertMatches(
        rule(new TextCondition(TextAttribute.SOURCE_SERVICE_ACCOUNT, noneOf(pattern))),
        caller(caller),
        request,
        !matches);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "mesh.test, mesh.test/ns/a/sa/client, true",
        "mesh.test, old.test/ns/a/sa/client, false",
        "*.test, old.test/ns/a/sa/client, true",
        "mesh*, mesh.test/ns/a/sa/client, true",
        "*, -, false",
      })
  void trustDomains(String pattern, @Nullable String caller, boolean matches) {
    assertMatches(
        rule(new TextCondition(TextAttribute.SOURCE_TRUST_DOMAIN, anyOf(pattern))),
        caller(caller),
        Requests.get("/x"),
        matches);
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.2.3, 10.1.2.3, true",
    "10.1.2.3, 10.1.2.4, false",
    "10.1.2.0/24, 10.1.2.255, true",
    "10.1.2.0/24, 10.1.3.0, false",
    "10.1.2.3/31, 10.1.2.2, true",
    "0.0.0.0/0, 8.8.8.8, true",
    "0.0.0.0/0, 2001:db8::1, false",
    "::/0, 2001:db8::1, true",
    "2001:db8::/33, 2001:db8:7fff::1, true",
    "2001:db8::/33, 2001:db8:8000::1, false",
    "::ffff:10.0.0.0/104, 10.200.0.1, true",
  })
  void addresses(String block, String address, boolean matches) {
    AddressField in = new AddressField(List.of(block), List.of());
    AddressField notIn = new AddressField(List.of(), List.of(block));
    Requests request = Requests.get("/x");
    Connection direct = connection(null, address, "198.51.100.1", null);
    Connection remote = connection(null, "198.51.100.1", address, null);
    assertMatches(
        rule(new AddressCondition(AddressAttribute.SOURCE_IP, in)), direct, request, matches);
    assertMatches(
        rule(new AddressCondition(AddressAttribute.SOURCE_IP, notIn)), direct, request, !matches);
    assertMatches(
        rule(new AddressCondition(AddressAttribute.REMOTE_IP, in)), remote, request, matches);
    assertMatches(rule(ipBlocks(in, AddressField.ANY)), direct, request, matches);
    assertMatches(rule(ipBlocks(AddressField.ANY, in)), remote, request, matches);
  }

  @Test
  void destinationAddressAndPortAreTheWorkloads() {
    AddressField nines = new AddressField(List.of("10.9.9.9"), List.of());
    Condition address = new AddressCondition(AddressAttribute.DESTINATION_IP, nines);
    assertMatches(rule(address), caller(null), Requests.get("/x"), true);
    PortField port = new PortField(List.of(8000), List.of());
    assertMatches(rule(new PortCondition(port)), caller(null), Requests.get("/x"), true);
    PortField other = new PortField(List.of(), List.of(8000, 9000));
    assertMatches(rule(new PortCondition(other)), caller(null), Requests.get("/x"), false);
    Operation operation = new Operation(TextField.ANY, port, TextField.ANY, TextField.ANY);
    assertMatches(rule(operation), caller(null), Requests.get("/x"), true);
  }

  @ParameterizedTest
  @CsvSource({
    "secret.test, secret.test, true",
    "secret.test, SECRET.Test, true",
    "SECRET.test, secret.test, true",
    "secret.test, secret.test., true",
    "secret.test., secret.test, true",
    "secret.test, secret.test.:80, true",
    "secret.test, secret.test:8080, true",
    "secret.test, xsecret.test, false",
    "secret.test, secret.test.evil, false",
    "secret.test:80, secret.test:80, true",
    "secret.test:80, secret.test:81, false",
    "secret.test:80, secret.test, false",
    "secret.test:*, secret.test:81, true",
    "*.test, a.test:80, true",
    "*.test, a.TEST., true",
    "secret.*, secret.test, true",
    "secret.*, secretx.test, false",
    "*, a.test, true",
  })
  void hosts(String pattern, String host, boolean matches) {
    Requests request = Requests.get("/x").host(host);
    assertMatches(rule(Policies.hosts(anyOf(pattern))), caller(null), request, matches);
    assertMatches(rule(Policies.hosts(noneOf(pattern))), caller(null), request, !matches);
  }

  @Test
  void aRequestWithoutHostMatchesNoHostPattern() {
    Requests request = Requests.get("/x").host("");
    assertMatches(rule(Policies.hosts(anyOf("*"))), caller(null), request, false);
    assertMatches(rule(Policies.hosts(noneOf("*"))), caller(null), request, true);
  }

  @ParameterizedTest
  @CsvSource({"GET, GET, true", "GET, GETX, false", "GET, HEAD, false", "P*, PUT, true"})
  void methods(String pattern, String method, boolean matches) {
    Requests request = Requests.get("/x").method(method);
    assertMatches(rule(Policies.methods(anyOf(pattern))), caller(null), request, matches);
    assertMatches(rule(Policies.methods(noneOf(pattern))), caller(null), request, !matches);
  }

  @ParameterizedTest
  @CsvSource({
    "/admin, /admin, true",
    "/admin, /admin?x=/public, true",
    "/admin, /x/../admin, true",
    "/admin, /%61dmin, true",
    "/admin, /x\\..\\admin, true",
    "/admin, /admin/, false",
    "/admin, /Admin, false",
    "/admin, //admin, false",
    "/admin*, /administrator, true",
    "/admin/*, /admin, false",
    "*/admin, /x/admin, true",
    "*, /, true",
    "/a/{*}/b, /a/1/b, true",
    "/a/{*}/b, /a/1/2/b, false",
    "/a/{**}, /a/, true",
    "/a/{**}, /a, false",
  })
  void paths(String pattern, String target, boolean matches) {
    TextMatch match = TextMatch.ofPath(pattern);
    Requests request = Requests.get(target);
    assertMatches(
        rule(Policies.paths(new TextField(List.of(match), List.of()))),
        caller(null),
        request,
        matches);
    assertMatches(
        rule(Policies.paths(new TextField(List.of(), List.of(match)))),
        caller(null),
        request,
        !matches);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "admin, admin, true, false",
        "admin, ' admin ', true, false",
        "admin, 'guest,admin', false, true",
        "admin, guest|admin, true, true",
        "admin, guest, false, true",
        "admin, Admin, false, true",
        "admin, -, false, true",
        "ad*, admin, true, false",
        "*, -, false, true",
        "*, '', true, false",
      })
  void headersAreMatchedOneValueAtATime(
      String pattern, @Nullable String sent, boolean matches, boolean notMatches) {
    Requests request = Requests.get("/x");
    for (String value : sent == null ? new String[0] : sent.split("\\|", -1)) {
      request = request.header("X-Role", value);
    }
    assertMatches(
        rule(new HeaderCondition("x-role", anyOf(pattern))), caller(null), request, matches);
    assertMatches(
        rule(new HeaderCondition("x-ROLE", noneOf(pattern))), caller(null), request, notMatches);
  }

  @Test
  void theServerNameIsAnAttributeOfTheConnection() {
    Connection named = connection(CLIENT, "10.0.0.1", "10.0.0.1", "outbound_.80_._.web.shop");
    Condition sni = new TextCondition(TextAttribute.CONNECTION_SNI, anyOf("outbound_*"));
    assertMatches(rule(sni), named, Requests.get("/x"), true);
    assertMatches(rule(sni), caller(CLIENT), Requests.get("/x"), false);
  }

  @Test
  void fieldsAreAndedSourcesAndOperationsOredConditionsAnded() {
    Rule rule =
        new Rule(
            List.of(
                Policies.principals(anyOf(CLIENT)), Policies.principals(anyOf("mesh.test/ns/b/*"))),
            List.of(Policies.methods(anyOf("GET")), Policies.paths(anyOf("/open"))),
            List.of(
                new HeaderCondition("x-a", anyOf("1")), new HeaderCondition("x-b", anyOf("2"))));
    Requests good = Requests.get("/x").header("x-a", "1").header("x-b", "2");
    assertMatches(rule, caller(CLIENT), good, true);
    assertMatches(rule, caller("mesh.test/ns/b/sa/x"), good, true);
    assertMatches(rule, caller("mesh.test/ns/c/sa/x"), good, false);
    assertMatches(rule, caller(CLIENT), good.method("POST"), false);
    assertMatches(rule, caller(CLIENT), Requests.get("/x").header("x-a", "1"), false);
    Operation both = new Operation(anyOf("h.test"), PortField.ANY, anyOf("GET"), anyOf("/open"));
    Requests open = Requests.get("/open").host("h.test");
    assertMatches(rule(both), caller(null), open, true);
    assertMatches(rule(both), caller(null), open.host("i.test"), false);
  }

  @Test
  void anEmptyRuleMatchesEverything() {
    assertMatches(rule(), caller(null), Requests.get("/x"), true);
    assertMatches(rule(ANY_SOURCE), caller(null), Requests.get("/x"), true);
    assertMatches(rule(ANY_OPERATION), caller(null), Requests.get("/x"), true);
  }

  private static void assertMatches(
      Rule rule, Connection connection, Requests request, boolean matches) {
    assertThat(status(enforce(policy(Action.ALLOW, "p", rule)), connection, request))
        .as("ALLOW %s", rule)
        .isEqualTo(matches ? 200 : 403);
    assertThat(status(enforce(policy(Action.DENY, "p", rule)), connection, request))
        .as("DENY %s", rule)
        .isEqualTo(matches ? 403 : 200);
  }

  private static Source namespaces(TextField field) {
    return new Source(
        TextField.ANY,
        TextField.ANY,
        field,
        TextField.ANY,
        TextField.ANY,
        AddressField.ANY,
        AddressField.ANY);
  }

  private static Source ipBlocks(AddressField direct, AddressField remote) {
    return new Source(
        TextField.ANY, TextField.ANY, TextField.ANY, TextField.ANY, TextField.ANY, direct, remote);
  }
}
