package io.heraldmesh.credentials;

import io.heraldmesh.bus.UsedCertificates.Used;
import io.heraldmesh.credentials.CredentialFiles.Loaded;
import io.heraldmesh.credentials.CredentialFiles.Stamp;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One workload's leaf and roots from a folder that somebody else keeps fresh: {@code
 * cert-chain.pem}, {@code key.pem}, {@code root-cert.pem}. Looked at once a second. A change counts
 * when the three fit together; else the last good ones stay, until the leaf ends. Thread-safe.
 */
public final class FileCredentials implements CredentialSource, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileCredentials.class);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final Path folder;
  private final SpiffeId id;
  private final CredentialFiles files;
  private final InstantSource clock;
  private final InUse inUse;
  private final Listeners listeners = new Listeners();
  private volatile CredentialSet current;
  private volatile @Nullable String lastError;
  private @Nullable Stamp taken;
  private @Nullable Long timer;

  /**
   * Reads the folder for the first time; blocks for the disk.
   *
   * @param id the workload's; a leaf with another is refused
   * @throws InvalidCertificate when the files are not there or not good; says which and why
   */
  public FileCredentials(
      Vertx vertx, Path folder, SpiffeId id, Crypto crypto, InstantSource clock) {
    this.vertx = vertx;
    this.folder = folder;
    this.id = id;
    this.files = new CredentialFiles(folder, id, crypto);
    this.clock = clock;
    this.inUse = new InUse(id);
    Stamp stamp = files.stamp();
    Loaded first = files.load(clock.instant());
    this.taken = stamp;
    this.current = new CredentialSet(1, Map.of(id, first.credential()), first.bundle());
  }

  /** Starts looking once a second. */
  public synchronized void start() {
    if (timer == null) {
      timer = vertx.setPeriodic(LOOK_EVERY.toMillis(), t -> vertx.executeBlocking(this::look));
    }
  }

  @Override
  public CredentialSet current() {
    return current;
  }

  @Override
  public Registration onChange(Consumer<CredentialSet> listener) {
    return listeners.add(listener);
  }

  /** Why the last change of the files was not taken; null: it was. */
  public @Nullable String lastError() {
    return lastError;
  }

  /** The certificate in use; who keeps the files fresh renews it. */
  public Used used() {
    CredentialSet now = current;
    synchronized (inUse) { // and not this, which is held for the disk
      return inUse.told(now.leaves().get(id), now.bundle(), null, lastError);
    }
  }

  /** Takes a change of the files, drops a leaf that has ended; blocks for the disk. */
  public synchronized @Nullable Void look() {
    Instant now = clock.instant();
    Credential held = current.leaves().get(id);
    if (held != null && !now.isBefore(held.leaf().getNotAfter().toInstant())) {
      LOG.error("leaf expired id={} folder={} and none came to replace it", id, folder);
      publish(Map.of(), current.bundle());
    }
    Stamp stamp = files.stamp();
    if (stamp.equals(taken) && lastError == null) {
      return null;
    }
    try {
      Loaded loaded = files.load(now);
      // A file that changed meanwhile: what was read may be a mixture, so look again.
      if (stamp.equals(files.stamp())) {
        taken = stamp;
        lastError = null;
        take(loaded);
      }
    } catch (InvalidCertificate e) {
      if (!String.valueOf(e.getMessage()).equals(lastError)) {
        LOG.warn("credentials not taken, the last good ones stay: {}", e.getMessage());
      }
      lastError = e.getMessage();
    }
    return null;
  }

  private void take(Loaded loaded) {
    Credential held = current.leaves().get(id);
    boolean same =
        held != null
            && held.chain().equals(loaded.credential().chain())
            && current.bundle().digest().equals(loaded.bundle().digest());
    if (!same) {
      LOG.info("credentials taken id={} folder={}", id, folder);
      publish(Map.of(id, loaded.credential()), loaded.bundle());
    }
  }

  private void publish(Map<SpiffeId, Credential> leaves, TrustBundle bundle) {
    current = new CredentialSet(current.generation() + 1, leaves, bundle);
    listeners.tell(current);
  }

  /** Stops looking; {@link #current} stays as it is. */
  @Override
  public synchronized void close() {
    if (timer != null) {
      vertx.cancelTimer(timer);
      timer = null;
    }
  }
}
