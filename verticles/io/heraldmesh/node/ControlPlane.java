package io.heraldmesh.node;

import io.heraldmesh.admin.Health.Condition;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.RegistrationSource;
import io.heraldmesh.bus.RevisionHint;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.bus.RootsHint;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SvidSource;
import io.heraldmesh.bus.UsedCertificates;
import io.heraldmesh.bus.UsedCertificates.Trust;
import io.heraldmesh.bus.UsedCertificates.Used;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.ca.AuthorityInForce;
import io.heraldmesh.ca.CaRefusals;
import io.heraldmesh.ca.CaVerticle;
import io.heraldmesh.ca.CertificateIssuer;
import io.heraldmesh.ca.IssuanceLimit;
import io.heraldmesh.credentials.IdentityRenewal;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.Store;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The authority on the bus, and the identities it hands to Herald's own parts in this process. Such
 * an identity is signed directly, because whoever holds the authority could sign it anyway; it is
 * logged like any other and renewed over the bus.
 */
final class ControlPlane {
  private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
  private static final String BY_NODE_FILE = "node file";
  private static final long FOLLOW_MILLIS = 1000;
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final AuthorityInForce authority;
  private final Store store;
  private final String node;
  private final Set<String> controlNodes;
  private final Duration leafLifetime;
  private final Crypto crypto;
  private final InstantSource clock;
  private final SecureRandom random;
  private final CaRefusals refusals;
  private final IssuanceLimit limit = new IssuanceLimit(System::nanoTime);
  private final List<OwnPart> parts = new CopyOnWriteArrayList<>();
  private final List<OwnPart> nodes = new CopyOnWriteArrayList<>();
  private final KnownRegistrations registrations;

  private volatile Revocations revocations = Revocations.NONE;
  private volatile Runnable onRevoked = () -> {};
  private volatile boolean closed;

  /**
   * @param controlNodes the names of all that are in the cluster, this one's too
   */
  ControlPlane(
      Vertx vertx,
      AuthorityInForce authority,
      Store store,
      String node,
      Set<String> controlNodes,
      Duration leafLifetime,
      Crypto crypto,
      InstantSource clock,
      SecureRandom random) {
    this.vertx = vertx;
    this.authority = authority;
    this.store = store;
    this.registrations = new KnownRegistrations(store, node, this::readRegistrations);
    this.node = node;
    this.controlNodes = Set.copyOf(controlNodes);
    this.leafLifetime = leafLifetime;
    this.crypto = crypto;
    this.clock = clock;
    this.random = random;
    this.refusals = new CaRefusals(store.audit(), clock, System::nanoTime);
  }

  /** The names of all control nodes that the node file knows, this one's too. */
  Set<String> controlNodes() {
    return controlNodes;
  }

  /** What may run on which node, and where nodes may be reached, as of now. */
  RegistrationSource registrations() {
    return registrations.all();
  }

  /** How often somebody is given a certificate for the same identity, by whatever way. */
  IssuanceLimit limit() {
    return limit;
  }

  /** Which nodes were revoked, as of now. */
  Revocations revocations() {
    return revocations;
  }

  /** Has {@code follower} called, on a worker thread, whenever a node was revoked. */
  void onRevoked(Runnable follower) {
    onRevoked = follower;
  }

  /**
   * Lets these workloads, and no others, run on {@code node}, as its node file says. Blocks for the
   * database.
   */
  void register(String node, Set<WorkloadIdentity> workloads) {
    Instant now = clock.instant();
    store
        .registrations()
        .replace(
            node,
            workloads.stream()
                .map(
                    w ->
                        new Registration(
                            node, w.namespace(), w.serviceAccount(), BY_NODE_FILE, now))
                .toList());
    readRegistrations();
  }

  /** Takes what is registered now, here or at another control node. Blocks for the database. */
  synchronized void readRegistrations() {
    registrations.read();
    // An identity lives no longer than that, so that older ones need not be kept in mind.
    Revocations now =
        new Revocations(
            store.registrations().voidBefores(clock.instant().minus(Authority.MAX_TTL)));
    if (!now.equals(revocations)) {
      revocations = now;
      onRevoked.run();
    }
  }

  /**
   * The last ones hold while the database is away. This node issues nothing then, but passes on
   * what is asked at its port: whoever answers looks again, by what it knows itself, see {@link
   * #voids}.
   */
  private void followRegistrations() {
    if (closed) {
      return;
    }
    vertx
        .executeBlocking(
            () -> {
              readRegistrations();
              return true;
            })
        .onFailure(e -> LOG.warn("registrations not read, the last ones hold: {}", e.getMessage()))
        .onComplete(done -> vertx.setTimer(FOLLOW_MILLIS, again -> followRegistrations()));
  }

  /** At once, not at the next look, where another control node says that there is something. */
  private void hearOfRevocations() {
    RevisionHint.hear(
            vertx,
            () ->
                vertx
                    .executeBlocking(
                        () -> {
                          readRegistrations();
                          return true;
                        })
                    .onFailure(e -> LOG.debug("registrations not read: {}", e.getMessage())))
        .onFailure(e -> LOG.warn("revocations are heard of after a second only", e));
  }

  /** The root that whoever joins must find. */
  X509Certificate root() {
    Authority now = authority.get();
    // While roots change there are two, and the first stands behind the certificates of now.
    return now.bundle().of(now.trustDomain()).getFirst();
  }

  /** Puts the authority on the bus. */
  Future<String> deployAuthority(String name, MeterRegistry meters) {
    RenewableIdentity identity = identity(HeraldRole.CA, name);
    SignedBus bus = bus(identity);
    keepRenewed(bus, identity);
    CertificateIssuer issuer =
        new CertificateIssuer(
            vertx,
            authority,
            crypto,
            store.issuanceLog(),
            refusals,
            registrations.renewable(),
            this::revocations,
            clock,
            limit,
            meters);
    return vertx
        .deployVerticle(
            new CaVerticle(
                bus,
                new StoredRequests(vertx, store.requests()),
                issuer,
                () -> store.revisions().current().epoch()))
        .onSuccess(
            id -> {
              vertx.setPeriodic(1000, tick -> renew());
              authority.onChange(this::rotated);
              followAuthority();
              if (store.shared()) {
                followRegistrations();
                hearOfRevocations();
              }
            });
  }

  /** Has {@code follower} told of the roots whenever the authority changes; it must not block. */
  void onRoots(Consumer<CaService.NumberedRoots> follower) {
    authority.onChange(now -> follower.accept(now.numberedRoots()));
  }

  /** Whether the authority's files were taken, and how far a rotation is. */
  Condition authorityCondition() {
    String error = authority.lastError();
    String waiting = authority.waiting();
    return error != null
        ? Condition.degraded("authority not taken, the last good one stays: " + error)
        : Condition.noted(waiting == null ? "" : waiting);
  }

  /** Looks once a second whether its files changed, or a rotation has a next step. */
  private void followAuthority() {
    if (closed) {
      return;
    }
    vertx
        .executeBlocking(
            () -> {
              authority.look(
                  root ->
                      store.shared()
                          && AuthorityRecord.signsElsewhere(store, root, node, clock.instant()));
              return true;
            })
        .onFailure(e -> LOG.error("authority not looked at", e))
        .onComplete(done -> vertx.setTimer(FOLLOW_MILLIS, again -> followAuthority()));
  }

  /** Herald's own parts here need not ask for the new roots; all others are told to. */
  private void rotated(Authority now) {
    parts.forEach(part -> part.renewal().follow(now.bundle()));
    RootsHint.tell(vertx);
  }

  /** A new identity for one of Herald's own parts, signed and logged. Blocks for the log. */
  RenewableIdentity identity(HeraldRole role, String name) {
    return new OwnIdentities(authority.get(), leafLifetime, store.issuanceLog(), crypto, clock)
        .identity(role, name);
  }

  /** The bus, signed as {@code source} says. */
  SignedBus bus(SvidSource source) {
    return new SignedBus(vertx, source, crypto, clock, random, ANSWER_WITHIN, this::voids);
  }

  /**
   * What a control node signs for itself is not void because the nodes' registrations of its name
   * were taken back; an operator is none of its parts.
   */
  private boolean voids(SpiffeId signer, Instant notBefore) {
    return signer
        .herald()
        .filter(h -> h.role() == HeraldRole.OPERATOR || !controlNodes.contains(h.name()))
        .filter(h -> revocations.voids(h.name(), notBefore))
        .isPresent();
  }

  /** Renews {@code identity} over {@code bus} from now on. */
  void keepRenewed(SignedBus bus, RenewableIdentity identity) {
    IdentityRenewal renewal =
        new IdentityRenewal(
            vertx, CaService.over(bus), identity, leafLifetime, crypto, clock, random);
    parts.add(new OwnPart(vertx, renewal, identity, this::identity));
  }

  /** Of a node in this process that renews its identity by itself, as long as it can. */
  void signAgain(IdentityRenewal renewal, RenewableIdentity identity) {
    nodes.add(new OwnPart(vertx, renewal, identity, this::identity));
  }

  /** Looks at nothing any more: what reads for it may be gone before its timers are. */
  void close() {
    closed = true;
    CountedRefusals.await(refusals.writeCounted());
  }

  /** The certificates in use: of Herald's own parts here, and the authority's. */
  List<Used> used() {
    Authority now = authority.get();
    X509Certificate root = root();
    return Stream.concat(
            parts.stream().map(part -> part.renewal().used()),
            Stream.of(now.issuer(), root).distinct().map(one -> used(one, root)))
        .toList();
  }

  /** Whoever made it makes the next: {@code herald ca rotate}, {@code herald ca sign}. */
  private static Used used(X509Certificate authority, X509Certificate root) {
    return new Used(
        "authority " + authority.getSubjectX500Principal().getName(),
        UsedCertificates.serial(authority),
        UsedCertificates.time(authority.getNotBefore().toInstant()),
        UsedCertificates.time(authority.getNotAfter().toInstant()),
        authority.getIssuerX500Principal().getName(),
        Fingerprint.of(root).toString(),
        Trust.CURRENT,
        null,
        null);
  }

  private void renew() {
    if (closed) {
      return;
    }
    parts.forEach(OwnPart::tick);
    nodes.forEach(OwnPart::tick);
  }
}
