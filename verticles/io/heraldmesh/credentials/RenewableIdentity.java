package io.heraldmesh.credentials;

import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.SvidSource;
import io.heraldmesh.identity.TrustBundle;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The identity of one of Herald's own parts and the roots it trusts: handed in by whoever starts
 * the part, replaced by {@link NodeCredentials} or {@link IdentityRenewal} while it runs.
 * Thread-safe.
 */
public final class RenewableIdentity implements SvidSource {
  private record Held(HeraldSvid svid, TrustBundle bundle) {}

  private volatile Held held;
  private @Nullable BiConsumer<HeraldSvid, TrustBundle> listener;

  public RenewableIdentity(HeraldSvid svid, TrustBundle bundle) {
    held = new Held(svid, bundle);
  }

  @Override
  public HeraldSvid svid() {
    return held.svid();
  }

  @Override
  public TrustBundle bundle() {
    return held.bundle();
  }

  /**
   * @throws IllegalArgumentException when {@code svid} is somebody else's
   */
  public synchronized void replace(HeraldSvid svid) {
    if (!svid.id().equals(held.svid().id())) {
      throw new IllegalArgumentException(svid.id() + " is not " + held.svid().id());
    }
    held = new Held(svid, held.bundle());
    tell();
  }

  public synchronized void replace(TrustBundle bundle) {
    held = new Held(held.svid(), bundle);
    tell();
  }

  /** Has {@code listener} called after each replacement, one at a time; it must not block. */
  public synchronized void onChange(BiConsumer<HeraldSvid, TrustBundle> listener) {
    this.listener = listener;
  }

  private void tell() {
    if (listener != null) {
      listener.accept(held.svid(), held.bundle());
    }
  }
}
