package io.heraldmesh.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every path in every mode of normalization. */
class PathPropertiesTest {

  @Property
  void normalizingTwiceIsNormalizingOnce(
      @ForAll("targets") String raw, @ForAll PathNormalization mode) {
    Target once = Target.of(raw, mode);
    if (once != null) {
      assertThat(Target.of(once.full(), mode)).isEqualTo(once);
    }
  }

  @Property
  void nothingClimbsAboveTheRoot(@ForAll("targets") String raw, @ForAll PathNormalization mode) {
    Target target = Target.of(raw, mode);
    if (target == null) {
      return;
    }
    assertThat(target.path()).startsWith("/");
    if (mode != PathNormalization.NONE) {
      assertThat(List.of(target.path().split("/", -1))).doesNotContain(".", "..");
      assertThat(target.path()).doesNotContain("\\");
      assertThat(target.path().toLowerCase(java.util.Locale.ROOT)).doesNotContain("%2e");
    }
    if (mode == PathNormalization.MERGE_SLASHES
        || mode == PathNormalization.DECODE_AND_MERGE_SLASHES) {
      assertThat(target.path()).doesNotContain("//");
    }
    if (mode == PathNormalization.DECODE_AND_MERGE_SLASHES) {
      assertThat(target.path().toLowerCase(java.util.Locale.ROOT)).doesNotContain("%2f", "%5c");
    }
  }

  @Property
  void theQueryStaysAsItIs(@ForAll("targets") String raw, @ForAll PathNormalization mode) {
    Target target = Target.of(raw, mode);
    int fragment = raw.indexOf('#');
    String withoutFragment = fragment < 0 ? raw : raw.substring(0, fragment);
    int query = withoutFragment.indexOf('?');
    if (target != null) {
      assertThat(target.full())
          .isEqualTo(target.path() + (query < 0 ? "" : withoutFragment.substring(query)));
    }
  }

  @Property
  void aStricterModeMakesNoDifferenceToItsOwnResult(@ForAll("targets") String raw) {
    Target strict = Target.of(raw, PathNormalization.DECODE_AND_MERGE_SLASHES);
    if (strict != null) {
      for (PathNormalization mode : PathNormalization.values()) {
        assertThat(Target.of(strict.full(), mode)).isEqualTo(strict);
      }
    }
  }

  @Provide
  Arbitrary<String> targets() {
    return Arbitraries.of(
            "/", "/", "a", ".", "..", "%2e", "%2E%2e", "%2f", "%5C", "\\", "%", "%2", "2e", "f",
            "?", "%25", "%41", "%c3%a9", "#", "//", ";x", "b=1", "%00", "~")
        .list()
        .ofMaxSize(10)
        .map(parts -> "/" + String.join("", parts));
  }
}
