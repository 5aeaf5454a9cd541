package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** {@code herald test} as a CI job sees it. */
class TestCommandTest {
  private static final String POLICY =
      """
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata: {name: viewer, namespace: foo}
      spec:
        selector: {matchLabels: {app: httpbin}}
        rules:
        - from: [{source: {principals: [cluster.local/ns/foo/sa/sleep]}}]
          to: [{operation: {methods: [GET]}}]
      ---
      apiVersion: security.istio.io/v1
      kind: RequestAuthentication
      metadata: {name: tokens, namespace: foo}
      spec:
        jwtRules:
        - issuer: https://idp.test
          jwksUri: https://idp.test/keys
          outputClaimToHeaders: [{header: x-user, claim: sub}]
      """;
  private static final String HEAD =
      """
      apiVersion: herald.io/v1alpha1
      kind: PolicyTest
      metadata: {name: t, namespace: foo}
      spec:
        defaults:
          given: {workload: {name: httpbin, labels: {app: httpbin}}}
          when: {port: 8000, source: {principal: cluster.local/ns/foo/sa/sleep}}
        cases:
      """;

  @TempDir Path folder;

  @Test
  void ourOwnExamplePasses() {
    CommandRun run = CommandRun.of("test", "conf/demo", "conf/policy-tests");
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).endsWith("9 passed, 0 failed\n");
    assertThat(run.code()).isZero();
  }

  @Test
  void whatIsAsExpectedPassesAndEndsWithZero() throws IOException {
    CommandRun run =
        test(
            """
            - name: may read
              expect: {decision: allow, status: 200, policy: foo/viewer, rule: 0,
                       field: "to[0].operation.methods", principal: cluster.local/ns/foo/sa/sleep,
                       requestPrincipal: "", body: ""}
            - name: may not write
              when: {request: {method: POST}}
              expect: {decision: deny, status: 403, body: "RBAC: access denied", policy: "",
                       nearest: {policy: foo/viewer, rule: 0, field: "to[0].operation.methods"}}
            """);
    assertThat(run.out())
        .isEqualTo("ok    foo/t: may read\nok    foo/t: may not write\n2 passed, 0 failed\n");
    assertThat(run.code()).isZero();
  }

  @Test
  void aFailureSaysWhereWhatAndWhy() throws IOException {
    CommandRun run =
        test(
            """
            - name: may write
              when: {request: {method: POST, path: /a}}
              expect: {decision: allow, path: /b}
            """);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out())
        .contains(
            "FAIL  foo/t: may write  (",
            "test.yaml:9:",
            "decision: expected allow, was deny",
            "path: expected /b, was /a",
            "nearest is rule 0 of foo/viewer",
            "to[0].operation.methods",
            "0 passed, 1 failed");
  }

  @Test
  void claimsStandForATokenThatItsIssuerSigned() throws IOException {
    String cases =
        """
        - name: of an issuer that a rule names
          when: {token: {claims: {iss: "https://idp.test", sub: joe}}}
          expect:
            decision: allow
            requestPrincipal: https://idp.test/joe
            upstreamHeaders: {set: {X-User: joe}, remove: [Authorization]}
        - name: of another
          when: {token: {claims: {iss: "https://other.test", sub: joe}}}
          expect: {status: 401, headers: {www-authenticate: 'Bearer realm="http://httpbin.foo/", error="invalid_token"'}}
        - name: expired
          given: {now: 2026-01-01T00:00:00Z}
          when: {token: {claims: {iss: "https://idp.test", exp: 1000000000}}}
          expect: {status: 401, body: Jwt is expired}
        - name: not signed by anybody
          when: {token: a.b.c}
          expect: {status: 401}
        """;
    CommandRun run = test(cases);
    assertThat(run.out()).contains("4 passed, 0 failed");
  }

  @Test
  void claimsStandForATokenUnderTheOlderApiToo() throws IOException {
    Files.writeString(
        folder.resolve("older.yaml"),
        """
        apiVersion: authentication.istio.io/v1alpha1
        kind: Policy
        metadata: {name: default, namespace: bar}
        spec:
          peers: [{mtls: {mode: PERMISSIVE}}]
          origins: [{jwt: {issuer: "https://old.test", jwksUri: "https://old.test/keys"}}]
          principalBinding: USE_ORIGIN
        """);
    CommandRun run =
        test(
            """
            - name: with a token
              given: {workload: {namespace: bar, name: web}}
              when: {token: {claims: {iss: "https://old.test", sub: joe}}}
              expect: {decision: allow, requestPrincipal: https://old.test/joe}
            - name: without
              given: {workload: {namespace: bar, name: web}}
              expect: {status: 401}
            """);
    assertThat(run.out()).contains("2 passed, 0 failed");
  }

  @Test
  void aWrittenTokenIsVerifiedWithTheKeySetThatWasGiven() throws IOException {
    // {"alg":"ES256"} . {"iss":"https://idp.test","exp":1900000000} . any signature
    String token =
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkcC50ZXN0IiwiZXhwIjoxOTAwMDAwMDAwfQ."
            + "A".repeat(86);
    String cases =
        """
        - name: a token
          given: {now: 1800000000}
          when: {token: %s}
          expect: {status: %d}
        """;
    assertThat(test(cases.formatted(token, 503)).out()).contains("1 passed");
    Path keys = Files.writeString(folder.resolve("keys.jwks"), KEYS);
    CommandRun run = test(cases.formatted(token, 401), "--jwks", "https://idp.test/keys=" + keys);
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("1 passed");
  }

  private static final String KEYS =
      """
      {"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",\
      "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}\
      """;

  @Test
  void tcpPlainTextAndHeadersInBothForms() throws IOException {
    CommandRun run =
        test(
            """
            - name: tcp
              when: {protocol: tcp}
              expect: {decision: deny, status: 0, path: ""}
            - name: plain text
              when: {tls: none}
              expect: {decision: deny, principal: "", nearest: {field: "from[0].source.principals"}}
            - name: headers as a mapping
              when: {request: {headers: {x-a: [one, two], x-b: three}}}
              expect: {decision: allow}
            - name: headers as pairs
              when: {request: {headers: [[x-a, one], [x-a, two]]}}
              expect: {decision: allow}
            """);
    assertThat(run.out()).contains("4 passed, 0 failed");
  }

  @Test
  void withoutAPolicyTestNothingIsGreen() throws IOException {
    Files.writeString(folder.resolve("policy.yaml"), POLICY);
    CommandRun run = CommandRun.of("test", folder);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("no PolicyTest");
    assertThat(CommandRun.of("test", folder.resolve("missing")).code()).isEqualTo(2);
    assertThat(CommandRun.of("test").code()).isEqualTo(2);
  }

  @Test
  void resourcesWithErrorsAreToldAndNothingIsRun() throws IOException {
    CommandRun run = test("- name: x\n  expect: {decision: alow}\n");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains(
            "test.yaml:10:", "HLD0104", "spec.cases[0].expect.decision", "did you mean allow?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{name: x}                                               | HLD0102 | expect",
        "{name: x, expect: {}}                                   | HLD0110 | expect",
        "{expect: {status: 200}}                                 | HLD0102 | name",
        "{name: x, expect: {status: ok}}                         | HLD0103 | expect.status",
        "{name: x, expect: {statuss: 200}}                       | HLD0101 | expect.statuss",
        "{name: x, wen: {}, expect: {status: 200}}               | HLD0101 | wen",
        "{name: x, when: {prot: 1}, expect: {status: 200}}       | HLD0101 | when.prot",
        "{name: x, when: {port: 0}, expect: {status: 200}}       | HLD0105 | when.port",
        "{name: x, when: {tls: mtls}, expect: {status: 200}}     | HLD0104 | when.tls",
        "{name: x, when: {tls: simple, source: {principal: a}}, expect: {status: 1}} | HLD0114 |",
        "{name: x, when: {source: {ip: here}}, expect: {status: 200}} | HLD0601 | when.source.ip",
        "{name: x, given: {now: soon}, expect: {status: 200}}    | HLD0113 | given.now",
        "{name: x, given: {workload: {}}, expect: {status: 200}} | HLD0102 | given.workload.name",
        "{name: x, when: {protocol: tcp, token: t}, expect: {status: 0}} | HLD0114 |",
        "{name: x, when: {token: {sub: a}}, expect: {status: 0}} | HLD0102 | when.token.claims",
      })
  void aCaseIsReadStrictly(String line, String code, String field) throws IOException {
    CommandRun run = test("- " + line + "\n");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains(
            "test.yaml:9:",
            "error " + code + " spec.cases[0]" + (field == null ? ":" : "." + field));
  }

  @Test
  void twoCasesOfOneNameAndAnEmptyListAreErrors() throws IOException {
    assertThat(
            test("- {name: x, expect: {status: 200}}\n- {name: x, expect: {status: 200}}\n").err())
        .contains("test.yaml:10:", "HLD0114 spec.cases[1].name");
    Files.writeString(folder.resolve("test.yaml"), HEAD.replace("cases:", "cases: []"));
    assertThat(CommandRun.of("test", folder).err()).contains("HLD0110 spec.cases");
  }

  @Test
  void whatEveryCaseNeedsMayStandInTheDefaultsOnly() throws IOException {
    Files.writeString(folder.resolve("policy.yaml"), POLICY);
    Files.writeString(
        folder.resolve("test.yaml"),
        """
        apiVersion: herald.io/v1alpha1
        kind: PolicyTest
        metadata: {name: t, namespace: foo}
        spec:
          cases:
          - {name: x, expect: {status: 200}}
        """);
    assertThat(CommandRun.of("test", folder).err())
        .contains("test.yaml:6:", "spec.cases[0].given.workload", "spec.cases[0].when.port");
  }

  @Test
  void aCallerThatCannotBeIsAnErrorOfTheCase() throws IOException {
    CommandRun run =
        test(
            "- {name: x, when: {source: {principal: 'a b/ns/x/sa/y'}}, expect: {status: 403}}\n",
            "-o",
            "junit");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("errors=\"1\"", "<error message=");
  }

  @Test
  void jsonHasEveryCaseWithItsAnswer() throws IOException {
    JsonNode report =
        test(
                """
                - {name: good, expect: {status: 200}}
                - {name: bad, expect: {status: 404}}
                """,
                "-o",
                "json")
            .answers()
            .getFirst();
    assertThat(report.path("tests").asInt()).isEqualTo(2);
    assertThat(report.path("failed").asInt()).isEqualTo(1);
    JsonNode bad = report.path("cases").get(1);
    assertThat(bad.path("test").asText()).isEqualTo("foo/t");
    assertThat(bad.path("passed").asBoolean()).isFalse();
    assertThat(bad.path("differences").toString())
        .isEqualTo("[{\"what\":\"status\",\"line\":10,\"expected\":\"404\",\"actual\":\"200\"}]");
    assertThat(bad.path("answer").path("policy").asText()).isEqualTo("foo/viewer");
  }

  @Test
  void junitIsXmlThatCiServersRead() throws Exception {
    Path file = folder.resolve("report.xml");
    CommandRun run =
        test(
            """
            - {name: "good <&> \\"x\\"", expect: {status: 200}}
            - {name: "bad \\a \\u0000 \\e[31m", expect: {status: 404}}
            """,
            "--junit",
            file.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("1 passed, 1 failed").doesNotContain("\u001b", "\u0007");
    Document xml =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(
                new ByteArrayInputStream(Files.readString(file).getBytes(StandardCharsets.UTF_8)));
    Element root = xml.getDocumentElement();
    assertThat(root.getTagName()).isEqualTo("testsuites");
    Element suite = (Element) root.getElementsByTagName("testsuite").item(0);
    assertThat(suite.getAttribute("name")).isEqualTo("foo/t");
    assertThat(suite.getAttribute("tests")).isEqualTo("2");
    assertThat(suite.getAttribute("failures")).isEqualTo("1");
    assertThat(suite.getAttribute("errors")).isEqualTo("0");
    Element good = (Element) suite.getElementsByTagName("testcase").item(0);
    assertThat(good.getAttribute("name")).isEqualTo("good <&> \"x\"");
    assertThat(good.getAttribute("classname")).isEqualTo("foo/t");
    assertThat(Double.parseDouble(good.getAttribute("time"))).isNotNegative();
    assertThat(good.getElementsByTagName("failure").getLength()).isZero();
    Element bad = (Element) suite.getElementsByTagName("testcase").item(1);
    Element failure = (Element) bad.getElementsByTagName("failure").item(0);
    assertThat(failure.getAttribute("message")).isEqualTo("status: expected 404, was 200");
    assertThat(failure.getTextContent()).contains("test.yaml:10:", "foo/viewer rule 0");
  }

  @Test
  void aReportThatCannotBeWrittenIsExitCode2() throws IOException {
    CommandRun run =
        test(
            "- {name: x, expect: {status: 200}}\n",
            "--junit",
            folder.resolve("none/report.xml").toString());
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("report.xml: its folder is not there; name a file in an existing folder")
        .doesNotContain("Exception");
  }

  private CommandRun test(String cases, Object... options) throws IOException {
    Files.writeString(folder.resolve("policy.yaml"), POLICY);
    Files.writeString(folder.resolve("test.yaml"), HEAD + cases.indent(2));
    Object[] arguments = new Object[options.length + 2];
    arguments[0] = "test";
    arguments[1] = folder;
    System.arraycopy(options, 0, arguments, 2, options.length);
    return CommandRun.of(arguments);
  }
}
