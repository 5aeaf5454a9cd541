package io.heraldmesh.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.TextMatch.Exact;
import io.heraldmesh.policy.TextMatch.Prefix;
import io.heraldmesh.policy.TextMatch.Present;
import io.heraldmesh.policy.TextMatch.Suffix;
import org.junit.jupiter.api.Test;

class TextMatchTest {
  @Test
  void aStarAtOneEndStandsForAnyText() {
    assertThat(TextMatch.of("a")).isEqualTo(new Exact("a"));
    assertThat(TextMatch.of("a*")).isEqualTo(new Prefix("a"));
    assertThat(TextMatch.of("*a")).isEqualTo(new Suffix("a"));
    assertThat(TextMatch.of("*")).isEqualTo(new Present());
    assertThat(TextMatch.of("a*b")).isEqualTo(new Exact("a*b"));
  }

  /** Istio looks for the first one first. */
  @Test
  void ofTwoStarsTheFirstCounts() {
    assertThat(TextMatch.of("*a*")).isEqualTo(new Suffix("a*"));
    assertThat(TextMatch.of("**")).isEqualTo(new Suffix("*"));
  }
}
