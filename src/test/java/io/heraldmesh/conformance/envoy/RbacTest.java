package io.heraldmesh.conformance.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.conformance.OfflineCall;
import io.heraldmesh.identity.SpiffeId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Envoy's matchers, one by one, on one call. */
class RbacTest {
  private static final Call CALL =
      new Call(
          SpiffeId.parse("spiffe://td1/ns/foo/sa/a"),
          OfflineCall.Addresses.of("10.1.0.1", "172.16.0.9", "10.2.0.1"),
          8080,
          "b.example",
          new Call.Http(
              "GET", "/a/b", "?q", "Shop.example:80", Set.of("x-a"), List.of("one", " two ")),
          Map.of("iss", "i", "aud", List.of("x", "y"), "nested", Map.of("k", "v")),
          null);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "any: true                                                   | true",
        "notRule: {any: true}                                        | false",
        "andRules: {rules: [{any: true}, {notRule: {any: true}}]}    | false",
        "orRules: {rules: [{notRule: {any: true}}, {any: true}]}     | true",
        "orRules: {rules: []}                                        | false",
        "destinationPort: 8080                                       | true",
        "destinationPort: 80                                         | false",
        "destinationIp: {addressPrefix: 10.2.0.0, prefixLen: 16}     | true",
        "destinationIp: {addressPrefix: 10.2.0.2, prefixLen: 32}     | false",
        "directRemoteIp: {addressPrefix: 10.1.0.1, prefixLen: 32}    | true",
        "remoteIp: {addressPrefix: 10.1.0.1, prefixLen: 32}          | false",
        "remoteIp: {addressPrefix: 172.16.0.8, prefixLen: 31}        | true",
        "remoteIp: {addressPrefix: 0.0.0.0, prefixLen: 0}            | true",
        "remoteIp: {addressPrefix: '::', prefixLen: 0}               | false",
        "requestedServerName: {suffix: .example}                     | true",
        "requestedServerName: {exact: example}                       | false",
        "authenticated: {principalName: {exact: 'spiffe://td1/ns/foo/sa/a'}}             | true",
        "authenticated: {principalName: {safeRegex: {regex: .*/ns/foo/.*}}}              | true",
        "authenticated: {principalName: {safeRegex: {regex: /ns/foo/}}}                  | false",
        "urlPath: {path: {exact: /a/b}}                              | true",
        "urlPath: {path: {exact: /a/b?q}}                            | false",
        "urlPath: {path: {prefix: /a/}}                              | true",
        "uriTemplate: {typedConfig: {pathTemplate: /a/*}}            | true",
        "uriTemplate: {typedConfig: {pathTemplate: /*}}              | false",
        "uriTemplate: {typedConfig: {pathTemplate: /**}}             | true",
        "header: {name: ':method', stringMatch: {exact: get}}        | true",
        "header: {name: ':authority', stringMatch: {exact: shop.example, ignoreCase: true}} | true",
        "header: {name: ':authority', stringMatch: {exact: 'shop.example:80', ignoreCase: true}} | true",
        "header: {name: ':authority', stringMatch: {exact: shop.example}}                | false",
        "header: {name: ':authority', safeRegexMatch: {regex: '(?i)shop\\.example'}}      | true",
        "header: {name: X-A, presentMatch: true}                     | true",
      })
  void eachMatcherAnswersAsEnvoyDocumentsIt(String yaml, boolean expected) {
    assertThat(holds(yaml)).isEqualTo(expected);
  }

  @Test
  void aHeadersValuesAreMatchedAlone() {
    assertThat(holds(header("two"))).isTrue();
    assertThat(holds(header("one,two"))).isFalse();
    // One of the two is not listed, so that the negation holds.
    assertThat(holds("notId: {" + header("one") + "}")).isTrue();
    assertThat(
            holds(
                "notId: {orIds: {ids: [{header: {name: x-a, stringMatch: {exact: one}}},"
                    + " {header: {name: x-a, stringMatch: {exact: two}}}]}}"))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "iss    | stringMatch: {exact: i}                                        | true",
        "aud    | stringMatch: {exact: x}                                        | false",
        "aud    | listMatch: {oneOf: {stringMatch: {exact: y}}}                  | true",
        "iss    | listMatch: {oneOf: {stringMatch: {exact: i}}}                  | false",
        "iss    | orMatch: {valueMatchers: [{stringMatch: {prefix: z}}, {stringMatch: {prefix: i}}]} | true",
        "nobody | stringMatch: {safeRegex: {regex: .*}}                          | false",
      })
  void claimsAreMatchedByTheirShape(String claim, String value, boolean expected) {
    assertThat(holds(metadata("envoy.filters.http.jwt_authn", claim, value))).isEqualTo(expected);
  }

  @Test
  void withoutACertificateNoPrincipalMatches() {
    Call plain = new Call(null, CALL.addresses(), 1, null, CALL.http(), null, null);
    Object any = parse("authenticated: {principalName: {safeRegex: {regex: .*}}}");
    assertThat(new Rbac(plain).holds(any, false)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sourcedMetadata: {}",
        "urlPath: {path: {glob: x}}",
        "filterState: {key: other, stringMatch: {exact: x}}",
        "any: true\ndestinationPort: 1"
      })
  void whatIsNotUnderstoodIsNoAnswer(String yaml) {
    assertThatThrownBy(() -> holds(yaml))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not understood");
  }

  @Test
  void metadataOfOtherFiltersIsNotUnderstood() {
    assertThatThrownBy(() -> holds(metadata("a.b", "iss", "stringMatch: {exact: i}")))
        .hasMessageContaining("a.b");
  }

  private static String header(String value) {
    return "orIds: {ids: [{header: {name: x-a, stringMatch: {exact: '" + value + "'}}}]}";
  }

  private static String metadata(String filter, String claim, String value) {
    return "metadata: {filter: %s, path: [{key: payload}, {key: %s}], value: {%s}}"
        .formatted(filter, claim, value);
  }

  private static boolean holds(String yaml) {
    return new Rbac(CALL).holds(parse(yaml), false);
  }

  private static Object parse(String yaml) {
    return new Load(LoadSettings.builder().build()).loadFromString(yaml);
  }
}
