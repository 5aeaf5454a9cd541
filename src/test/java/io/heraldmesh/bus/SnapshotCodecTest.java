package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.policy.NodeSnapshot;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A snapshot names the schema level that it needs. */
class SnapshotCodecTest {
  private static final NodeSnapshot SNAPSHOT = new NodeSnapshot("n1", List.of(), List.of());

  private static ByteString bytes(String text) {
    return ByteString.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void refused(ByteString bytes, int known, String why) {
    assertThatExceptionOfType(MalformedMessage.class)
        .isThrownBy(() -> SnapshotCodec.decode(bytes, known))
        .withMessageContaining(why);
  }

  @Test
  void aLevelThatIsKnownIsRead() throws MalformedMessage {
    assertThat(SnapshotCodec.decode(SnapshotCodec.encode(SNAPSHOT, 2), 2)).isEqualTo(SNAPSHOT);
    assertThat(SnapshotCodec.decode(SnapshotCodec.encode(SNAPSHOT, 1), 2)).isEqualTo(SNAPSHOT);
  }

  @Test
  void aNewerOneIsRefusedWithBothLevelsWhateverFollows() {
    refused(SnapshotCodec.encode(SNAPSHOT, 3), 2, "needs schema level 3, this node knows level 2");
    refused(bytes("herald-snapshot 3\nwhatever will be"), 2, "needs schema level 3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "herald-snapshot 1",
        "herald-snapshot 0\n{}",
        "herald-snapshot -1\n{}",
        "herald-snapshot 01\n{}",
        "herald-snapshot 99999999999\n{}",
        "herald-snapshot  1\n{}",
        "Herald-snapshot 1\n{}",
        "herald-snapshot 1                     \n{}"
      })
  void oneThatNamesNoLevelIsRefused(String text) {
    refused(bytes(text), 9, "names no schema level");
  }

  @Test
  void withinALevelAnUnknownFieldIsRefused() {
    refused(bytes("herald-snapshot 1\n{\"more\":1}"), 1, "cannot be read");
  }

  @Test
  void thatAnotherLevelIsNeededIsAnotherDigest() {
    assertThat(SnapshotCodec.digest(SnapshotCodec.encode(SNAPSHOT, 1)))
        .isNotEqualTo(SnapshotCodec.digest(SnapshotCodec.encode(SNAPSHOT, 2)));
  }

  @Test
  void aReportMayHaveFieldsThatAreNotKnownAndNothingElseMay() throws MalformedMessage {
    String report = "{\"more\":[1],\"revision\":null,\"stored\":null,\"nodes\":[],\"problems\":[]}";
    assertThat(MessageCodec.decode(report.getBytes(StandardCharsets.UTF_8), MeshStatus.class))
        .isEqualTo(new MeshStatus(null, null, List.of(), List.of()));
    assertThatExceptionOfType(MalformedMessage.class)
        .isThrownBy(
            () ->
                MessageCodec.decode(
                    "{\"more\":1,\"sequence\":1}".getBytes(StandardCharsets.UTF_8),
                    DistributorService.Withdrawal.class));
  }

  @Test
  void aReportOfAnOlderVersionMayLackWhatMayBeNullAndNothingElse() throws MalformedMessage {
    assertThat(status("{\"revision\":null,\"nodes\":[],\"problems\":[]}"))
        .isEqualTo(new MeshStatus(null, null, List.of(), List.of()));
    assertThatExceptionOfType(MalformedMessage.class)
        .isThrownBy(() -> status("{\"revision\":null,\"stored\":null,\"nodes\":[]}"));
    assertThatExceptionOfType(MalformedMessage.class)
        .isThrownBy(
            () ->
                MessageCodec.decode(
                    "{\"reached\":true,\"nodes\":1,\"laggards\":[]}"
                        .getBytes(StandardCharsets.UTF_8),
                    AdminNodes.InForce.class));
  }

  private static MeshStatus status(String json) throws MalformedMessage {
    return MessageCodec.decode(json.getBytes(StandardCharsets.UTF_8), MeshStatus.class);
  }
}
