package io.heraldmesh.credentials;

import io.heraldmesh.bus.CaService.NumberedRoots;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.SvidSource;
import io.heraldmesh.identity.TrustBundle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The identity of one of Herald's own parts and the roots it trusts: handed in by whoever starts
 * the part, replaced by {@link NodeCredentials} or {@link IdentityRenewal} while it runs.
 * Thread-safe.
 */
public final class RenewableIdentity implements SvidSource {
  private volatile NodeIdentity.Held held;
  private @Nullable Consumer<NodeIdentity.Held> listener;

  /** Nothing is known of how new the roots are. */
  public RenewableIdentity(HeraldSvid svid, TrustBundle bundle) {
    this(new NodeIdentity.Held(svid, bundle, NumberedRoots.UNKNOWN));
  }

  public RenewableIdentity(NodeIdentity.Held held) {
    this.held = held;
  }

  @Override
  public HeraldSvid svid() {
    return held.svid();
  }

  @Override
  public TrustBundle bundle() {
    return held.bundle();
  }

  /** Of the roots; {@link NumberedRoots#UNKNOWN}: nobody said which. */
  public long rootsNumber() {
    return held.rootsNumber();
  }

  /**
   * @throws IllegalArgumentException when {@code svid} is somebody else's
   */
  public synchronized void replace(HeraldSvid svid) {
    if (!svid.id().equals(held.svid().id())) {
      throw new IllegalArgumentException(svid.id() + " is not " + held.svid().id());
    }
    held = new NodeIdentity.Held(svid, held.bundle(), held.rootsNumber());
    tell();
  }

  public synchronized void replace(TrustBundle bundle) {
    held = new NodeIdentity.Held(held.svid(), bundle, held.rootsNumber());
    tell();
  }

  /** Replaces the roots unless they are the same, and so is their number. */
  synchronized void replace(TrustBundle bundle, long rootsNumber) {
    if (rootsNumber != held.rootsNumber() || !bundle.digest().equals(held.bundle().digest())) {
      held = new NodeIdentity.Held(held.svid(), bundle, rootsNumber);
      tell();
    }
  }

  /** Has {@code listener} called after each replacement, one at a time; it must not block. */
  public synchronized void onChange(Consumer<NodeIdentity.Held> listener) {
    this.listener = listener;
  }

  private void tell() {
    if (listener != null) {
      listener.accept(held);
    }
  }
}
