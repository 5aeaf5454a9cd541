package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.DistributorService.Operations;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CallerSharesTest {
  private static final SpiffeId N1 = SpiffeId.herald(TestAuthority.TD, HeraldRole.NODE, "n1");
  private static final SpiffeId N2 = SpiffeId.herald(TestAuthority.TD, HeraldRole.NODE, "n2");

  private final CallerShares shares = new CallerShares();

  private long begun(int asked, SpiffeId caller, Operation<?, ?> operation) {
    return IntStream.range(0, asked).filter(i -> shares.begin(caller, operation)).count();
  }

  @Test
  void aCallerHasAShareOfAllTypesTogetherAndOthersHaveTheirs() {
    int half = CallerShares.MOST / 2;
    assertThat(begun(half, N1, Operations.REPORT)).isEqualTo(half);
    assertThat(begun(1000, N1, Operations.ACKNOWLEDGE)).isEqualTo(half);
    assertThat(begun(1000, N2, Operations.REPORT)).isEqualTo(CallerShares.MOST);

    shares.end(N1, Operations.REPORT);
    assertThat(begun(1000, N1, Operations.ACKNOWLEDGE)).isEqualTo(1);
  }

  @Test
  void ofWholeSnapshotsANodeHasTwoUnderWay() {
    assertThat(begun(1000, N1, Operations.FETCH)).isEqualTo(2);
    assertThat(shares.begin(N1, Operations.ACKNOWLEDGE)).isTrue();
    assertThat(begun(1000, N2, Operations.FETCH)).isEqualTo(2);

    shares.end(N1, Operations.FETCH);
    assertThat(begun(1000, N1, Operations.FETCH)).isEqualTo(1);
  }

  @Test
  void whoHasNothingUnderWayIsForgotten() {
    assertThat(begun(2, N1, Operations.FETCH)).isEqualTo(2);
    shares.end(N1, Operations.FETCH);
    assertThat(shares.callers()).isEqualTo(1);
    shares.end(N1, Operations.FETCH);
    assertThat(shares.callers()).isZero();
  }
}
