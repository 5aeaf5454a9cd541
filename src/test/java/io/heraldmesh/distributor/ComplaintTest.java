package io.heraldmesh.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComplaintTest {
  private static final long SECOND = 1_000_000_000L;

  private final Complaint complaint = new Complaint();

  /** Seconds at which it is said, of a failure every 5 s. */
  private List<Long> said(long from, long to) {
    List<Long> said = new ArrayList<>();
    for (long second = from; second <= to; second += 5) {
      if (complaint.due(Long.MAX_VALUE - SECOND + second * SECOND)) {
        said.add(second);
      }
    }
    return said;
  }

  @Test
  void aFailureThatLastsIsSaidEverMoreSeldom() {
    assertThat(said(0, 2500))
        .containsExactly(0L, 10L, 30L, 70L, 150L, 310L, 630L, 1230L, 1830L, 2430L);
  }

  @Test
  void itsEndIsSaidOnceAndTheNextOneAtOnce() {
    said(0, 100);

    assertThat(complaint.over()).isTrue();
    assertThat(complaint.over()).isFalse();
    assertThat(said(105, 140)).containsExactly(105L, 115L, 135L);
  }

  @Test
  void nothingIsOverThatDidNotFail() {
    assertThat(complaint.over()).isFalse();
  }
}
