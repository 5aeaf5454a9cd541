package io.heraldmesh.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heraldmesh.SharedData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TargetTest {

  @Test
  void everyPublishedCaseIsNormalizedAsWritten() {
    JsonNode cases = SharedData.json("attacks/path-normalization.json").get("cases");
    assertThat(cases).hasSizeGreaterThan(100);
    for (JsonNode c : cases) {
      Target target =
          Target.of(c.get("raw").asText(), PathNormalization.valueOf(c.get("mode").asText()));
      String expected = c.get("normalized").isNull() ? null : c.get("normalized").asText();
      assertThat(target == null ? null : target.full())
          .as(c.get("id").asText())
          .isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/, /",
    "/a/./b, /a/b",
    "/a/b/.., /a/",
    "/a/b/../.., /",
    "/.., /",
    "/.., /",
    "/%2e%2E/a, /a",
    "/a%7Eb%2Dc%5f, /a~b-c_",
    "/a\\..\\b, /b",
    "/..., /...",
    "/a/.b, /a/.b",
    "/%zz/%, /%zz/%",
  })
  void baseRemovesDotSegmentsAndDecodesWhatNeedsNoEscape(String raw, String path) {
    assertThat(Target.of(raw, PathNormalization.BASE)).isEqualTo(new Target(path, path));
  }

  @ParameterizedTest
  @CsvSource({
    "/%%36%31dmin, /%%361dmin",
    "/%6%31dmin, /%6%31dmin",
    "/%%32%66admin, /%%32fadmin",
    "/%2561dmin, /%2561dmin",
  })
  void decodingNeverFormsANewEscapeThatTheServiceWouldDecodeAgain(String raw, String path) {
    Target target = Target.of(raw, PathNormalization.DECODE_AND_MERGE_SLASHES);
    assertThat(target).isEqualTo(new Target(path, path));
    assertThat(Target.of(path, PathNormalization.DECODE_AND_MERGE_SLASHES)).isEqualTo(target);
  }

  @Test
  void theQueryIsKeptAsItIsAndTheFragmentIsDropped() {
    assertThat(Target.of("/a/../b?x=/../%61#y?z", PathNormalization.BASE))
        .isEqualTo(new Target("/b", "/b?x=/../%61"));
    assertThat(Target.of("/a?", PathNormalization.BASE)).isEqualTo(new Target("/a", "/a?"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "\\a",
        "#",
        "?",
        "http://x/",
        "*",
        "/a b",
        "/a\tb",
        "/a\u0000b",
        "/a\u007f",
        "/\u00e9",
        "/a?x y",
        "/a\r\nx"
      })
  void whatIsNoPathIsRefusedInEveryMode(String raw) {
    for (PathNormalization mode : PathNormalization.values()) {
      assertThat(Target.of(raw, mode)).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anEncodedNulIsRefused(PathNormalization mode) {
    assertThat(Target.of("/a%00", mode)).isNull();
    assertThat(Target.of("/a%2500", mode)).isNotNull();
  }
}
