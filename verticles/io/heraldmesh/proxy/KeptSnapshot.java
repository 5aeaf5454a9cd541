package io.heraldmesh.proxy;

import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.MalformedMessage;
import io.heraldmesh.bus.MessageCodec;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.credentials.SealedState;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last good snapshot over a restart; it was verified when it came. Blocks for the disk. */
public final class KeptSnapshot {
  private static final Logger LOG = LoggerFactory.getLogger(KeptSnapshot.class);
  private static final String NAME = "snapshot";

  private final SealedState state;

  public KeptSnapshot(SealedState state) {
    this.state = state;
  }

  /**
   * @param snapshot see {@link io.heraldmesh.bus.SnapshotCodec}
   */
  record Kept(Revision revision, ByteString snapshot) {}

  Optional<Kept> load() {
    try {
      Optional<byte[]> bytes = state.read(NAME);
      return bytes.isEmpty()
          ? Optional.empty()
          : Optional.of(MessageCodec.decode(bytes.get(), Kept.class));
    } catch (MalformedMessage e) {
      LOG.warn("kept snapshot is not used: {}", e.getMessage());
      return Optional.empty();
    }
  }

  void keep(Revision revision, ByteString snapshot) {
    try {
      state.write(NAME, MessageCodec.encode(new Kept(revision, snapshot)));
    } catch (IOException e) {
      LOG.error("snapshot not kept, a restart will need the control plane: {}", e.getMessage());
    }
  }
}
