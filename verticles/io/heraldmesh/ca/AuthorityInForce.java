package io.heraldmesh.ca;

import io.heraldmesh.identity.Fingerprint;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The authority that signs now. It follows its files: a change counts when all of them fit together
 * and can issue; else the last good one stays. It is swapped whole, in steps that leave nobody
 * without trust ({@link RotationPace}). Thread-safe.
 */
public final class AuthorityInForce implements Supplier<Authority> {
  private static final Logger LOG = LoggerFactory.getLogger(AuthorityInForce.class);

  private final AuthorityFiles files;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final AuthorityRotation rotation;
  private final Consumer<Authority> record;
  private final RootsNumber numbers;
  private final List<Consumer<Authority>> listeners = new CopyOnWriteArrayList<>();
  private volatile Authority current;
  private volatile @Nullable String lastError;
  private volatile @Nullable String waiting;
  private List<String> taken;

  /**
   * Reads the files for the first time; blocks for the disk.
   *
   * @param nanos as {@link System#nanoTime}, by which steps wait
   * @param record notes an authority durably before it comes into force; when it throws, the one
   *     before stays. May block
   * @param numbers since when which roots are in force
   * @throws AuthorityException when there is no authority that can issue; names the file
   */
  public AuthorityInForce(
      AuthorityFiles files,
      RotationPace pace,
      InstantSource clock,
      LongSupplier nanos,
      Consumer<Authority> record,
      RootsNumber numbers) {
    this.files = files;
    this.clock = clock;
    this.nanos = nanos;
    this.record = record;
    this.numbers = numbers;
    this.taken = files.stamp();
    Authority read = files.read().get();
    Authority first = read.numbered(numbers.first(read, clock.instant()));
    record.accept(first);
    this.current = first;
    this.rotation = new AuthorityRotation(first, pace);
  }

  @Override
  public Authority get() {
    return current;
  }

  /** Has {@code listener} told of each further one, one at a time, on the thread that looks. */
  public void onChange(Consumer<Authority> listener) {
    listeners.add(listener);
  }

  /** Why the files, or what they hold, were not taken; null: they were. */
  public @Nullable String lastError() {
    return lastError;
  }

  /** What a rotation under way waits for; null: none is. */
  public @Nullable String waiting() {
    return waiting;
  }

  /**
   * Renews the files when it is time, takes a change of them and the next step of a rotation; to be
   * called about once a second. Blocks for the disk.
   *
   * @param elsewhere whether another control node signs under that root
   */
  public synchronized void look(Predicate<X509Certificate> elsewhere) {
    try {
      AuthorityException unrenewed = unrenewed();
      readWhenChanged();
      Authority before = current;
      rotation
          .next(before, clock.instant(), nanos.getAsLong(), elsewhere)
          .ifPresent(next -> take(before, next));
      waiting = rotation.waiting().orElse(null);
      if (unrenewed != null) {
        throw unrenewed;
      }
      if (taken.equals(files.stamp())) {
        lastError = null;
      }
    } catch (RuntimeException e) {
      if (!String.valueOf(e.getMessage()).equals(lastError)) {
        LOG.error("authority not taken, the last good one stays: {}", e.getMessage());
      }
      lastError = String.valueOf(e.getMessage());
    }
  }

  /** What is there is followed also where it cannot be renewed. */
  private @Nullable AuthorityException unrenewed() {
    try {
      files.renew().run();
      return null;
    } catch (AuthorityException e) {
      return e;
    }
  }

  /** They rise over restarts, and between control nodes that take the same files one by one. */
  private long number(Authority before, Authority next) {
    long number = before.numberedRoots().number();
    return next.material().roots().equals(before.material().roots())
        ? number
        : numbers.next(next, number, clock.instant());
  }

  private void readWhenChanged() {
    List<String> stamp = files.stamp();
    if (stamp.equals(taken)) {
      return;
    }
    Authority read = files.read().get();
    // A file that changed meanwhile: what was read may be a mixture, so look again.
    if (stamp.equals(files.stamp())) {
      taken = stamp;
      rotation.aim(read);
    }
  }

  private void take(Authority before, Authority read) {
    Authority next = read.numbered(number(before, read));
    record.accept(next);
    current = next;
    rotation.taken(before, next, nanos.getAsLong());
    LOG.info(
        "authority in force issuer={} roots={}",
        Fingerprint.of(next.issuer()),
        next.bundle().of(next.trustDomain()).stream().map(Fingerprint::of).toList());
    listeners.forEach(listener -> listener.accept(next));
  }
}
