package io.heraldmesh.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.EncodedSnapshot;
import io.heraldmesh.bus.EncodedSnapshot.Part;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.credentials.SealedState;
import io.heraldmesh.proxy.KeptSnapshot.Kept;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is kept on disk is what was held, in whichever form it came, also that of a version before.
 */
class KeptSnapshotTest {
  private static final Revision REVISION = new Revision(3, 7);

  @TempDir private Path folder;
  private SealedState state;
  private KeptSnapshot kept;

  @BeforeEach
  void open() throws Exception {
    state = new SealedState(folder, new SecureRandom());
    kept = new KeptSnapshot(state);
  }

  private static ByteString bytes(String text) {
    return ByteString.of(text.getBytes(UTF_8));
  }

  @Test
  void aSnapshotInPartsAndOneThatIsWholeComeBackAsTheyWere() {
    EncodedSnapshot parts = EncodedSnapshot.of(Part.of(bytes("own")), Part.of(bytes("shared")));
    kept.keep(REVISION, parts);
    assertThat(kept.load()).contains(new Kept(REVISION, parts));

    EncodedSnapshot whole = EncodedSnapshot.whole(bytes("all"));
    kept.keep(REVISION, whole);
    assertThat(kept.load()).contains(new Kept(REVISION, whole));
  }

  @Test
  void whatCannotBeWrittenTakesTheOneBeforeWithIt() throws Exception {
    assertThat(kept.keep(REVISION, EncodedSnapshot.whole(bytes("before")))).isTrue();
    assertThat(kept.problem()).isNull();
    Path obstacle = Files.createDirectories(folder.resolve("snapshot.new/full"));

    assertThat(kept.keep(REVISION, EncodedSnapshot.whole(bytes("now")))).isFalse();
    assertThat(kept.load()).isEmpty();
    assertThat(kept.problem()).contains("a restart will need the control plane");

    Files.delete(obstacle);
    assertThat(kept.keep(REVISION, EncodedSnapshot.whole(bytes("now")))).isTrue();
    assertThat(kept.problem()).isNull();
  }

  @Test
  void anOlderOneThatCannotBeTakenAwayIsTold() throws Exception {
    Files.createDirectories(folder.resolve("snapshot/stays"));

    assertThat(kept.keep(REVISION, EncodedSnapshot.whole(bytes("now")))).isFalse();
    assertThat(kept.problem()).contains("an older one cannot be removed", "would enforce that");
  }

  @Test
  void whatTheVersionBeforeKeptIsRead() throws Exception {
    String before =
        "{\"revision\":{\"epoch\":3,\"number\":7},\"snapshot\":\"%s\"}"
            .formatted(Base64.getEncoder().encodeToString("all".getBytes(UTF_8)));
    state.write("snapshot", before.getBytes(UTF_8));

    assertThat(kept.load()).contains(new Kept(REVISION, EncodedSnapshot.whole(bytes("all"))));
  }

  @Test
  void whatIsNeitherIsNotUsed() throws Exception {
    state.write("snapshot", "{\"revision\":{\"epoch\":3,\"number\":7}}".getBytes(UTF_8));

    assertThat(kept.load()).isEmpty();
  }
}
