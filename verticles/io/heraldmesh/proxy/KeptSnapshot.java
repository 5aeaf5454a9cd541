package io.heraldmesh.proxy;

import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.EncodedSnapshot;
import io.heraldmesh.bus.MalformedMessage;
import io.heraldmesh.bus.MessageCodec;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.credentials.SealedState;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last good snapshot over a restart; it was verified when it came. Blocks for the disk; for one
 * writer at a time.
 */
public final class KeptSnapshot {
  private static final Logger LOG = LoggerFactory.getLogger(KeptSnapshot.class);
  private static final String NAME = "snapshot";

  private final SealedState state;
  private volatile @Nullable String problem;

  public KeptSnapshot(SealedState state) {
    this.state = state;
  }

  record Kept(Revision revision, EncodedSnapshot snapshot) {}

  /** On disk, in one piece; the only form there was before there were parts. */
  private record Whole(Revision revision, ByteString snapshot) {}

  /** On disk, in parts. */
  private record Parts(Revision revision, ByteString own, ByteString shared) {}

  Optional<Kept> load() {
    try {
      Optional<byte[]> bytes = state.read(NAME);
      return bytes.isEmpty() ? Optional.empty() : Optional.of(decode(bytes.get()));
    } catch (MalformedMessage e) {
      LOG.warn("kept snapshot is not used: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private static Kept decode(byte[] bytes) throws MalformedMessage {
    try {
      Parts parts = MessageCodec.decode(bytes, Parts.class);
      return new Kept(
          parts.revision(),
          EncodedSnapshot.of(
              EncodedSnapshot.Part.of(parts.own()), EncodedSnapshot.Part.of(parts.shared())));
    } catch (MalformedMessage e) {
      Whole whole = MessageCodec.decode(bytes, Whole.class);
      return new Kept(whole.revision(), EncodedSnapshot.whole(whole.snapshot()));
    }
  }

  /**
   * Puts it in the place of the one before. When that fails the one before is taken away, too: it
   * is not in force any more, and a restart must not bring it back. {@link #problem} says which.
   *
   * @return true: it is on disk
   */
  boolean keep(Revision revision, EncodedSnapshot snapshot) {
    try {
      state.write(NAME, MessageCodec.encode(form(revision, snapshot)));
      problem = null;
      return true;
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      problem = "the policy in force is not on disk (" + e.getMessage() + "), " + withoutIt();
      return false;
    }
  }

  private static Record form(Revision revision, EncodedSnapshot snapshot) {
    EncodedSnapshot.Part shared = snapshot.shared();
    return shared == null
        ? new Whole(revision, snapshot.own().bytes())
        : new Parts(revision, snapshot.own().bytes(), shared.bytes());
  }

  /** What a restart comes to. */
  private String withoutIt() {
    try {
      state.remove(NAME);
      return "a restart will need the control plane; check permissions and free space";
    } catch (IOException e) {
      return "and an older one cannot be removed ("
          + e.getMessage()
          + "): a restart without the control plane would enforce that; check permissions and free"
          + " space, or remove it";
    }
  }

  /**
   * Why a restart without the control plane would not have what is in force, and what to do; null:
   * it would. Any thread.
   */
  public @Nullable String problem() {
    return problem;
  }
}
