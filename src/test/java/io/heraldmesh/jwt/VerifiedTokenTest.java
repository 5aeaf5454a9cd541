package io.heraldmesh.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerifiedTokenTest {
  private static VerifiedToken token(String json) throws StrictJson.Malformed {
    Map<String, @Nullable Object> claims = StrictJson.object(json.getBytes(StandardCharsets.UTF_8));
    JwtRule rule =
        new JwtRule(
            "me",
            List.of(),
            new KeySource.Inline("{}"),
            List.of(),
            List.of(),
            List.of(),
            false,
            "X-Payload",
            List.of(new JwtRule.ClaimHeader("X-Sub", "sub")),
            Set.of("custom", "provider.login.scope"));
    return new VerifiedToken(rule, "me", "alice", List.of(), claims, "");
  }

  @Test
  void aClaimIsComparedAsItsTextOrTheTextsOfItsList() throws StrictJson.Malformed {
    VerifiedToken token =
        token(
            "{\"role\":\"a"
                + " b\",\"groups\":[\"x\",1,null,\"y\"],\"n\":{\"m\":{\"k\":[\"v\"]}},\"i\":5}");
    assertThat(token.texts(List.of("role"))).containsExactly("a b");
    assertThat(token.texts(List.of("groups"))).containsExactly("x", "y");
    assertThat(token.texts(List.of("n", "m", "k"))).containsExactly("v");
    assertThat(token.texts(List.of("n", "m"))).isEmpty();
    assertThat(token.texts(List.of("i"))).isEmpty();
    assertThat(token.texts(List.of("none", "such"))).isEmpty();
    assertThat(token.texts(List.of("role", "x"))).isEmpty();
  }

  @Test
  void scopesAndTheirLikeAreListsOfWords() throws StrictJson.Malformed {
    VerifiedToken token =
        token(
            "{\"scope\":\"read  write \",\"permission\":\"p q\",\"custom\":\"c d\",\"other\":\"e"
                + " f\",\"n\":{\"scope\":\"a b\"}}");
    assertThat(token.texts(List.of("scope"))).containsExactly("read", "write");
    assertThat(token.texts(List.of("permission"))).containsExactly("p", "q");
    assertThat(token.texts(List.of("custom"))).containsExactly("c", "d");
    assertThat(token.texts(List.of("other"))).containsExactly("e f");
    assertThat(token.texts(List.of("n", "scope")))
        .as("scope and permission are outermost claims")
        .containsExactly("a b");
    assertThat(token("{\"scope\":[\"a b\"]}").texts(List.of("scope"))).containsExactly("a b");
  }

  @Test
  void aNestedListOfWordsIsNamedByItsPath() throws StrictJson.Malformed {
    VerifiedToken token = token("{\"provider\":{\"login\":{\"scope\":\"a b\",\"other\":\"c d\"}}}");
    assertThat(token.texts(List.of("provider", "login", "scope"))).containsExactly("a", "b");
    assertThat(token.texts(List.of("provider", "login", "other"))).containsExactly("c d");
    assertThat(token("{\"provider.login.scope\":\"a b\"}").texts(List.of("provider.login.scope")))
        .as("a claim with dots in its name")
        .containsExactly("a", "b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"text\" | text",
        "true | true",
        "5 | 5",
        "-5 | -5",
        "9223372036854775807 | 9223372036854775807",
        "1.0 | 1",
        "1.50 | 1.5",
        "1e3 | 1000",
        "0.0000001 | 0.0000001",
        "0.0 | 0",
      })
  void aClaimIsWrittenIntoAHeaderAsPeopleWouldWriteIt(String json, String expected)
      throws StrictJson.Malformed {
    assertThat(token("{\"c\":" + json + "}").headerValue("c")).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[\"a\"]",
        "{\"a\":1}",
        "null",
        "\"a\\r\\nX-Admin: 1\"",
        "\"a\\u0000\"",
        "\"\\u00fc\"",
        "\"\\u007f\""
      })
  void whatCannotStandInAHeaderIsNotWritten(String json) throws StrictJson.Malformed {
    assertThat(token("{\"c\":" + json + "}").headerValue("c")).isNull();
    assertThat(token("{}").headerValue("c")).isNull();
  }

  @Test
  void aDotLeadsIntoAClaimUnlessItIsPartOfAName() throws StrictJson.Malformed {
    VerifiedToken token = token("{\"a\":{\"b\":{\"c\":\"in\"}},\"a.b\":\"name\"}");
    assertThat(token.headerValue("a.b.c")).isEqualTo("in");
    assertThat(token.headerValue("a.b")).isEqualTo("name");
    assertThat(token.headerValue("a.")).isNull();
    assertThat(token.headerValue("")).isNull();
  }

  @Test
  void thePrincipalNeedsASubject() throws StrictJson.Malformed {
    VerifiedToken token = token("{}");
    assertThat(token.principal()).isEqualTo("me/alice");
    assertThat(new VerifiedToken(token.rule(), "me", null, List.of(), Map.of(), "").principal())
        .isNull();
    assertThat(token.toString()).doesNotContain("alice");
  }

  @Test
  void aRuleKnowsTheHeadersThatItWrites() throws StrictJson.Malformed {
    assertThat(token("{}").rule().outputHeaders()).containsExactlyInAnyOrder("x-payload", "x-sub");
  }
}
