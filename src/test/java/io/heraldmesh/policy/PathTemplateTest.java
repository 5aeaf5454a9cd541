package io.heraldmesh.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathTemplateTest {

  @ParameterizedTest
  @CsvSource({
    "/{*}, /a, true",
    "/{*}, /, false",
    "/{*}, /a/, false",
    "/{*}, /a/b, false",
    "/a/{*}/b, /a/x/b, true",
    "/a/{*}/b, /a//b, false",
    "/a/{*}/b, /a/x/c, false",
    "/a/{*}/b/{**}, /a/1/b/, true",
    "/a/{*}/b/{**}, /a/1/b, false",
    "/a/{*}/b/{**}, /a/1/b/c/d, true",
    "/a/{*}/b/{**}, /a/1%2f2/b/c, true",
    "/{**}, /, true",
    "/{**}, /a/b/, true",
    "/{**}/b, //b, true",
    "/{**}/b, /a/b, true",
    "/{**}/b, /b, false",
    "/{**}/b, /b/c, false",
    "/{**}/x/y, /a/b/x/y, true",
    "/{*}/{*}, /a/b, true",
    "/a/{**}, /a/b\"c, false",
    "/a, /a, true",
    "/a, /ab, false",
  })
  void oneSegmentOrAnyNumber(String template, String path, boolean matches) {
    assertThat(PathTemplate.parse(template).matches(path)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a/{*}", "/{*}.txt", "/{**}/{*}", "/{**}/{**}", "/a*/{*}", "/{a}", "/a b"})
  void illegalTemplatesCannotExist(String template) {
    assertThatThrownBy(() -> new TextMatch.Template(template))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
