package io.heraldmesh.proxy;

import static io.heraldmesh.proxy.RawHttp2Client.RST_STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.proxy.log.AccessEntry;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many streams one client may take back is not for what many do on one connection. */
@Timeout(60)
class SharedResetsTest {
  private static final int RESETS = 5;
  private static final int OTHERS = 8;
  private static final byte[] CANCEL = {0, 0, 0, 8};

  @Test
  void whatOthersTakeBackCostsNobodyHisRequest() throws Exception {
    try (Mesh mesh =
            Mesh.ready(
                Mesh.Options.DEFAULT.limits(
                    Limits.DEFAULTS.with(to -> to.resetsPerWindow(RESETS))));
        RawHttp2Client good = new RawHttp2Client(Http2Side.OUTBOUND.connect(mesh))) {
      new Ruled(mesh).by("{connectionPool: {http: {h2UpgradePolicy: UPGRADE}}}");
      good.call(1, true, "GET", "/hang");
      Mesh.eventually(() -> mesh.app.seen().size() == 1);
      for (int other = 1; other <= OTHERS; other++) {
        try (RawHttp2Client client = new RawHttp2Client(Http2Side.OUTBOUND.connect(mesh))) {
          int asked = 1 + other * RESETS;
          for (int i = 0; i < RESETS; i++) {
            client.call(2 * i + 1, true, "GET", "/hang");
          }
          Mesh.eventually(() -> mesh.app.seen().size() == asked);
          for (int i = 0; i < RESETS; i++) {
            client.frame(RST_STREAM, 0, 2 * i + 1, CANCEL);
          }
          int gone = other * RESETS;
          Mesh.eventually(() -> flags(mesh).filter("client_gone"::equals).count() == gone);
        }
      }
      assertThat(flags(mesh)).noneMatch(flag -> flag.startsWith("upstream"));
      mesh.app.closeConnections();
      assertThat(good.status(good.readAnswer())).as("it was there to the end").isEqualTo("503");
    }
  }

  /** What became of the workload's calls. */
  private static Stream<String> flags(Mesh mesh) {
    return mesh.log.stream()
        .filter(entry -> entry.reporter().equals("source"))
        .map(AccessEntry::flag);
  }
}
