package io.heraldmesh.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.Limits;
import io.heraldmesh.tls.MeshProtocol;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Another proxy gives up an unused connection in its own time, and this end does so before. */
class AgeTest {
  private static final HostPort ADDRESS = new HostPort("10.0.0.1", 8080);
  private static final Target PROXY =
      Target.secured(
          ADDRESS,
          new Target.Mesh(
              SpiffeId.workload(new TrustDomain("mesh.test"), "a", "client"),
              MeshProtocol.HTTP1,
              "server.b",
              Set.of()));

  @Test
  void aConnectionToAnotherProxyIsGivenUpFiveSecondsBeforeItDoesThat() {
    assertThat(longestUnused(PROXY, Limits.DEFAULTS)).isEqualTo(55_000);
  }

  @Test
  void oneToAServiceIsKeptForAsLongAsIsSaid() {
    assertThat(longestUnused(Target.plain(ADDRESS, false), Limits.DEFAULTS)).isEqualTo(60_000);
  }

  @ParameterizedTest
  @CsvSource({"60, 20, 15000", "20, 60, 15000", "8, 60, 4000", "1, 1, 500"})
  void theLesserOfBothTimesCounts(int upstreamIdle, int idle, long expected) {
    Limits limits =
        Limits.DEFAULTS.with(
            to -> to.upstreamIdle(Duration.ofSeconds(upstreamIdle)).idle(Duration.ofSeconds(idle)));
    assertThat(longestUnused(PROXY, limits)).isEqualTo(expected);
  }

  /** In ms. */
  private static long longestUnused(Target target, Limits limits) {
    long millis = 0;
    while (!Age.unused(target, 7, 7 + millis + 1, limits)) {
      millis++;
    }
    return millis;
  }
}
