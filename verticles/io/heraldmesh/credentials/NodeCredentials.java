package io.heraldmesh.credentials;

import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.CaService.NumberedRoots;
import io.heraldmesh.bus.UsedCertificates.Used;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.WorkloadIdentity;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leaves of a node's workloads, fetched from the authority and renewed in time. A leaf that
 * cannot be renewed is used until it ends and not a moment longer. Also keeps the node's roots, and
 * the node's own identity, up to date. Thread-safe.
 */
public final class NodeCredentials implements CredentialSource, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeCredentials.class);
  private static final Duration CHECK_EVERY = Duration.ofSeconds(1);

  /** After the roots said that leaves are issued under another. */
  private static final Duration REISSUE_WITHIN = Duration.ofSeconds(30);

  private final Vertx vertx;
  private final RenewableIdentity node;
  private final IdentityRenewal identityRenewal;
  private final RootsQuestion rootsQuestion;
  private final InstantSource clock;
  private final Map<SpiffeId, RenewingLeaf> leaves = new TreeMap<>();
  private final Listeners listeners = new Listeners();
  private final Promise<Void> complete = Promise.promise();
  private final @Nullable Keeping keeping;
  private volatile CredentialSet current;
  private @Nullable Long timer;

  /**
   * @param node of which the roots are taken, and kept
   * @param workloads whose leaves to hold; registered for this node
   * @param ttl wished lifetime of leaves, the node's own too; null: the authority's default
   */
  public NodeCredentials(
      Vertx vertx,
      CaService ca,
      RenewableIdentity node,
      Set<WorkloadIdentity> workloads,
      @Nullable Duration ttl,
      Crypto crypto,
      InstantSource clock,
      RandomGenerator random) {
    this(vertx, ca, node, workloads, ttl, crypto, clock, random, null);
  }

  /**
   * As above.
   *
   * @param kept where the leaves outlive the process, and are taken from at once; null: nowhere.
   *     Blocks for the disk
   */
  public NodeCredentials(
      Vertx vertx,
      CaService ca,
      RenewableIdentity node,
      Set<WorkloadIdentity> workloads,
      @Nullable Duration ttl,
      Crypto crypto,
      InstantSource clock,
      RandomGenerator random,
      @Nullable KeptLeaves kept) {
    this.vertx = vertx;
    this.node = node;
    this.clock = clock;
    this.rootsQuestion =
        new RootsQuestion(vertx, ca, clock, random, roots -> take(roots, REISSUE_WITHIN));
    this.identityRenewal =
        new IdentityRenewal(vertx, ca, node, ttl, crypto, clock, random, this::askWhenOther);
    this.current = new CredentialSet(0, Map.of(), node.bundle());
    RenewingLeaf.Listener publisher =
        new RenewingLeaf.Listener() {
          @Override
          public void issued(Credential credential, TrustBundle bundle) {
            publish(credential);
            askWhenOther(bundle);
          }

          @Override
          public void expired(SpiffeId id) {
            removeEnded(id);
          }
        };
    for (WorkloadIdentity workload : workloads) {
      SpiffeId id =
          SpiffeId.workload(
              node.svid().id().trustDomain(), workload.namespace(), workload.serviceAccount());
      CaService.Subject subject =
          new CaService.Subject.Workload(workload.namespace(), workload.serviceAccount());
      leaves.put(
          id, new RenewingLeaf(vertx, ca, id, subject, ttl, crypto, clock, random, publisher));
    }
    Map<SpiffeId, Credential> held = kept == null ? Map.of() : stillGood(kept.load());
    if (!held.isEmpty()) {
      held.forEach((id, leaf) -> Objects.requireNonNull(leaves.get(id)).startingWith(leaf));
      current = new CredentialSet(1, held, node.bundle());
      LOG.info("leaves kept from before leaves={} of {}", held.size(), leaves.size());
    }
    if (held.keySet().containsAll(leaves.keySet())) {
      complete.complete();
    }
    this.keeping =
        kept == null
            ? null
            : new Keeping(
                vertx,
                "the newest leaves are not on disk, a restart will need the control plane",
                () -> kept.keep(current()));
  }

  private Map<SpiffeId, Credential> stillGood(Map<SpiffeId, Credential> found) {
    Instant now = clock.instant();
    Map<SpiffeId, Credential> good = new HashMap<>(found);
    good.keySet().retainAll(leaves.keySet());
    good.values().removeIf(leaf -> !now.isBefore(leaf.leaf().getNotAfter().toInstant()));
    return good;
  }

  private void keep() {
    Keeping to = keeping;
    if (to != null) {
      to.changed();
    }
  }

  /** Why a restart would not have the leaves of now, and what to do; null: it would. */
  public @Nullable String notKept() {
    Keeping to = keeping;
    return to == null ? null : to.problem();
  }

  /** Starts fetching, and watching the clock once a second. */
  public synchronized void start() {
    if (timer == null) {
      timer = vertx.setPeriodic(CHECK_EVERY.toMillis(), id -> tick());
      tick();
    }
  }

  /** Completes once every workload has had its first leaf. */
  public Future<Void> complete() {
    return complete.future();
  }

  /** Does what is due by the clock; the timer calls it once a second. */
  public void tick() {
    leaves.values().forEach(RenewingLeaf::tick);
    identityRenewal.tick();
    rootsQuestion.tick();
  }

  /**
   * The authority can be reached again: what failed is tried now, not after its pause, and the
   * roots are asked for, which may have changed meanwhile.
   */
  public void reachable() {
    leaves.values().forEach(RenewingLeaf::reachable);
    identityRenewal.reachable();
    rootsQuestion.soon();
  }

  /** Somebody says that the roots have changed: they are asked for within half a second. */
  public void rootsChanged() {
    rootsQuestion.soon();
  }

  /** Of the identity that it asks with. */
  public IdentityRenewal identityRenewal() {
    return identityRenewal;
  }

  /**
   * The authority is in this process, and these are its roots now: they are taken, and leaves under
   * an older one are fetched at the next {@link #tick}.
   */
  public void follow(NumberedRoots roots) {
    take(roots, Duration.ZERO);
  }

  /** Older ones than those that are held, also before a restart, are passed over: who is behind. */
  private void take(NumberedRoots roots, Duration within) {
    synchronized (this) {
      long now = clock.instant().toEpochMilli();
      long held = node.rootsNumber();
      if (held > now) {
        held = NumberedRoots.UNKNOWN; // the clock was set back
      }
      if (roots.number() != NumberedRoots.UNKNOWN && roots.number() < held) {
        LOG.info("older roots passed over number={} held={}", roots.number(), held);
        return;
      }
      // A number from the future would shut out all that is right until then.
      node.replace(roots.bundle(), Math.max(held, Math.min(roots.number(), now)));
      publish(current.leaves(), roots.bundle());
    }
    leaves.values().forEach(leaf -> leaf.follow(roots.bundle(), within));
    identityRenewal.follow(roots.bundle(), within);
  }

  /**
   * What came with a certificate was in force when that was signed, which may be before the roots
   * that are held: only a reason to ask.
   */
  private void askWhenOther(TrustBundle bundle) {
    if (!bundle.digest().equals(node.bundle().digest())) {
      rootsQuestion.soon();
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

  /**
   * Fetches a new leaf now, whatever the age of the one in use.
   *
   * @throws IllegalArgumentException when {@code id} is not one of this node's workloads
   */
  public Future<Credential> renewNow(SpiffeId id) {
    RenewingLeaf leaf = leaves.get(id);
    if (leaf == null) {
      throw new IllegalArgumentException(id + " is not a workload of this node");
    }
    return leaf.renew();
  }

  /** How each leaf stands, in order of their names. */
  public List<LeafStatus> status() {
    return leaves.values().stream().map(RenewingLeaf::status).toList();
  }

  /** How the node's own identity stands. */
  public LeafStatus identityStatus() {
    return identityRenewal.status();
  }

  /** The certificates in use: each workload's, and the node's own. */
  public List<Used> used() {
    TrustBundle bundle = node.bundle();
    return Stream.concat(
            leaves.values().stream().map(leaf -> leaf.used(bundle)),
            Stream.of(identityRenewal.used()))
        .toList();
  }

  /** Stops watching; {@link #current} stays as it is. */
  @Override
  public synchronized void close() {
    if (timer != null) {
      vertx.cancelTimer(timer);
      timer = null;
    }
    Keeping to = keeping;
    if (to != null) {
      to.close();
    }
  }

  private synchronized void publish(Credential credential) {
    Map<SpiffeId, Credential> next = new HashMap<>(current.leaves());
    next.put(credential.id(), credential);
    publish(next, current.bundle());
  }

  /** Its successor may have been published meanwhile, and stays. */
  private synchronized void removeEnded(SpiffeId id) {
    Map<SpiffeId, Credential> next = new HashMap<>(current.leaves());
    Credential there = next.get(id);
    if (there != null && !clock.instant().isBefore(there.leaf().getNotAfter().toInstant())) {
      next.remove(id);
    }
    publish(next, current.bundle());
  }

  private synchronized void publish(Map<SpiffeId, Credential> next, TrustBundle bundle) {
    boolean sameRoots = bundle.digest().equals(current.bundle().digest());
    if (sameRoots && next.equals(current.leaves())) {
      return;
    }
    if (!sameRoots) {
      LOG.info("roots changed digest={}", bundle.digest());
    }
    current = new CredentialSet(current.generation() + 1, next, bundle);
    // Within the lock, so that listeners see generations rise.
    listeners.tell(current);
    keep();
    if (next.keySet().containsAll(leaves.keySet())) {
      complete.tryComplete();
    }
  }
}
