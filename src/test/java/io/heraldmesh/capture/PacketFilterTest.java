package io.heraldmesh.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which of the system's two tools is meant where nobody said so. */
class PacketFilterTest {

  @Test
  void aPlanIsForIptablesOnlyWhereThatAloneIsThere() {
    assertThat(plan("nft", "iptables")).isEqualTo("nft");
    assertThat(plan("nft")).isEqualTo("nft");
    assertThat(plan("iptables")).isEqualTo("iptables");
    assertThat(plan()).isEqualTo("nft");
  }

  private static String plan(String... there) {
    return PacketFilter.forPlan(Set.of(there)::contains).tool();
  }
}
