package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.bus.EncodedSnapshot;
import io.heraldmesh.bus.EncodedSnapshot.Part;
import io.heraldmesh.bus.MalformedMessage;
import io.heraldmesh.bus.SnapshotCodec;
import io.heraldmesh.policy.Destination;
import io.heraldmesh.policy.NodeSnapshot;
import io.heraldmesh.policy.Protocol;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SnapshotReaderTest {
  private static final NodeSnapshot OWN =
      new NodeSnapshot("n1", List.of(), List.of(), List.of(), false);
  private static final NodeSnapshot OTHER =
      new NodeSnapshot("n1", List.of(), List.of(), List.of(), true);

  private final SnapshotReader reader = new SnapshotReader("n1", 2);

  private static List<Destination> called(String service) {
    return List.of(
        new Destination(service, Set.of(service), 80, Protocol.HTTP, "sni", Set.of(), List.of()));
  }

  private static EncodedSnapshot encoded(NodeSnapshot own, List<Destination> shared) {
    return EncodedSnapshot.of(
        Part.of(SnapshotCodec.encode(own)), Part.of(SnapshotCodec.encodeShared(shared, 1)));
  }

  @Test
  void aPartThatIsTheSameIsNotReadAgain() throws MalformedMessage {
    NodeSnapshot first = reader.read(encoded(OWN, called("a")));
    NodeSnapshot otherPolicy = reader.read(encoded(OTHER, called("a")));
    NodeSnapshot otherServices = reader.read(encoded(OTHER, called("b")));

    assertThat(first).isEqualTo(OWN.calling(called("a")));
    assertThat(otherPolicy).isEqualTo(OTHER.calling(called("a")));
    assertThat(otherPolicy.destinations()).isSameAs(first.destinations());
    assertThat(otherServices).isEqualTo(OTHER.calling(called("b")));
  }

  @Test
  void aPartThatIsNotWhatItShouldBeIsRefusedAndTheNextIsReadAsEver() throws MalformedMessage {
    reader.read(encoded(OWN, called("a")));

    assertThatThrownBy(() -> reader.read(encoded(OWN.calling(called("b")), called("a"))))
        .isInstanceOf(MalformedMessage.class)
        .hasMessage("the own part holds what is shared");
    assertThatThrownBy(
            () ->
                reader.read(
                    EncodedSnapshot.of(
                        Part.of(SnapshotCodec.encode(OWN)), Part.of(SnapshotCodec.encode(OWN, 1)))))
        .hasMessage("the shared part holds what is a node's own");
    assertThatThrownBy(
            () -> reader.read(encoded(new NodeSnapshot("n2", List.of(), List.of()), List.of())))
        .hasMessage("the snapshot is for node n2");
    assertThatThrownBy(
            () ->
                reader.read(
                    EncodedSnapshot.of(
                        Part.of(SnapshotCodec.encode(OWN)),
                        Part.of(SnapshotCodec.encodeShared(List.of(), 3)))))
        .hasMessageContaining("needs schema level 3, this node knows level 2");

    assertThat(reader.read(encoded(OWN, called("c")))).isEqualTo(OWN.calling(called("c")));
  }
}
