package io.heraldmesh.ca;

import io.heraldmesh.identity.Fingerprint;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The way from the authority in force to the one that the files hold, in the only order in which
 * nobody is refused meanwhile: first a new root is handed out, then leaves are issued under it,
 * then the old one goes. Whoever wrote the files may have made all of it one change. Not
 * thread-safe.
 */
final class AuthorityRotation {
  private final RotationPace pace;
  private final Map<X509Certificate, Long> handedOut = new HashMap<>();
  private final Map<X509Certificate, Long> lastIssued = new HashMap<>();
  private Authority target;
  private @Nullable String waiting;

  /**
   * @param first its roots are known everywhere
   */
  AuthorityRotation(Authority first, RotationPace pace) {
    this.pace = pace;
    this.target = first;
  }

  /** What the files hold now. */
  void aim(Authority read) {
    target = read;
  }

  /** What the next step waits for, for people; empty: there is none. */
  Optional<String> waiting() {
    return Optional.ofNullable(waiting);
  }

  /**
   * The next step from {@code current}, when it is time for one; to be told by {@link #taken}.
   *
   * @param nanos as {@link System#nanoTime}
   * @param elsewhere whether another control node signs under that root
   */
  Optional<Authority> next(
      Authority current, Instant now, long nanos, Predicate<X509Certificate> elsewhere) {
    waiting = null;
    X509Certificate root = root(target);
    boolean issuing = mayIssue(current, now, nanos);
    if (!issuing) {
      waiting = "nothing is issued under root " + named(root) + " before it is known everywhere";
    }
    Authority base = issuing ? target : current;
    Set<X509Certificate> roots = new LinkedHashSet<>(base.material().roots());
    roots.addAll(target.material().roots());
    for (X509Certificate old : current.material().roots()) {
      if (!target.material().roots().contains(old) && !old.equals(root(base))) {
        if (mayDrop(old, current, nanos, elsewhere)) {
          roots.remove(old);
        } else {
          roots.add(old);
          waiting =
              "root "
                  + named(old)
                  + " stays trusted until every leaf is issued under another"
                  + (elsewhere.test(old) ? "; another control node still signs under it" : "");
        }
      }
    }
    List<X509Certificate> ordered = new ArrayList<>(roots);
    return base.issuer().equals(current.issuer()) && ordered.equals(current.material().roots())
        ? Optional.empty()
        : Optional.of(base.trusting(ordered));
  }

  /** {@code next} is in force instead of {@code before}. */
  void taken(Authority before, Authority next, long nanos) {
    for (X509Certificate root : next.material().roots()) {
      if (!before.material().roots().contains(root)) {
        handedOut.put(root, nanos);
      }
    }
    if (!root(next).equals(root(before))) {
      lastIssued.put(root(before), nanos);
    }
    handedOut.keySet().retainAll(next.material().roots());
    lastIssued.keySet().retainAll(next.material().roots());
  }

  private boolean mayIssue(Authority current, Instant now, long nanos) {
    X509Certificate root = root(target);
    if (root.equals(root(current)) || !now.isBefore(current.notAfter())) {
      return true;
    }
    return current.material().roots().contains(root)
        && over(handedOut.get(root), pace.spread(), nanos);
  }

  private boolean mayDrop(
      X509Certificate old, Authority current, long nanos, Predicate<X509Certificate> elsewhere) {
    return !old.equals(root(current))
        && over(lastIssued.get(old), pace.reissue(), nanos)
        && !elsewhere.test(old);
  }

  private static boolean over(@Nullable Long since, Duration time, long nanos) {
    return since == null || nanos - since >= time.toNanos();
  }

  private static X509Certificate root(Authority authority) {
    return authority.material().roots().getFirst();
  }

  private static String named(X509Certificate root) {
    return Fingerprint.of(root).toString();
  }
}
