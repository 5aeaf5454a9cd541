package io.heraldmesh.bus;

import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.vertx.core.Future;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The certificate authority as a node sees it. Every request is signed with the caller's own
 * identity and every answer with the authority's; failures are {@link BusException}s.
 */
public interface CaService {

  /** Where it is on the bus. */
  String ADDRESS = "herald.ca";

  /**
   * Has a certificate signed.
   *
   * <p>Fails with {@link BusFailure#NOT_REGISTERED} when the caller may not speak for that
   * workload, {@link BusFailure#BAD_CSR} when the CSR is not acceptable, and with one that a retry
   * may cure when the authority is away, busy or cannot write its log.
   */
  Future<Issued> issue(IssueRequest request);

  /** The roots in force. */
  Future<Roots> roots();

  /**
   * The roots in force with their number. An authority from before they had one is asked for {@link
   * #roots}.
   */
  default Future<NumberedRoots> numberedRoots() {
    return roots().map(roots -> new NumberedRoots(roots.bundle(), NumberedRoots.UNKNOWN));
  }

  /**
   * Has the authority's word for the epoch that is in force: a signed {@link EpochGrant}. Only for
   * config. Fails with {@link BusFailure#FORBIDDEN} when another one is in force.
   */
  Future<EpochSigned> epoch(long epoch);

  /**
   * @param csr PKCS#10 in DER; only its public key (P-256) is used, and its signature checked
   * @param ttl wished lifetime; null: the authority's default; one beyond the authority's limit is
   *     refused, and none outlives the authority itself
   */
  record IssueRequest(ByteString csr, Subject subject, @Nullable Duration ttl) {}

  /** For whom a certificate is wanted. */
  sealed interface Subject {

    /** A workload registered for the calling node. */
    record Workload(String namespace, String serviceAccount) implements Subject {}

    /** The caller itself, renewing the identity that it signed this request with. */
    record Caller() implements Subject {}
  }

  /**
   * @param chain leaf first, then intermediates, without the root
   * @param bundle roots that the chain can be checked with; others may be in force when the answer
   *     arrives
   */
  record Issued(List<X509Certificate> chain, TrustBundle bundle) {

    public Issued {
      chain = List.copyOf(chain);
    }
  }

  /** The answer to {@link #roots()}. */
  record Roots(TrustBundle bundle) {}

  /**
   * The answer to {@link #numberedRoots()}.
   *
   * @param number rises with each change of the roots; of two answers the one with the higher
   *     number is newer, whichever arrives first
   */
  record NumberedRoots(TrustBundle bundle, long number) {
    /** Of roots that nobody numbered. */
    public static final long UNKNOWN = 0;
  }

  /** The answer to {@link #epoch}. */
  record EpochSigned(ByteString statement) {}

  /** What the authority does for a caller whose identity and role were verified. */
  interface Server {

    /**
     * @see CaService#issue
     */
    Future<Issued> issue(SpiffeId caller, IssueRequest request);

    /**
     * @see CaService#roots()
     */
    Future<Roots> roots(SpiffeId caller);

    /**
     * @see CaService#numberedRoots()
     */
    default Future<NumberedRoots> numberedRoots(SpiffeId caller) {
      return roots(caller).map(roots -> new NumberedRoots(roots.bundle(), NumberedRoots.UNKNOWN));
    }

    /**
     * @see CaService#epoch
     */
    Future<EpochSigned> epoch(SpiffeId caller, EpochRequest request);

    /**
     * Told of each message that was refused before it got here.
     *
     * @param signer the SPIFFE ID that it is signed with, where that is void; null: nobody proved
     *     who it is
     * @param type what it asks for; empty: that cannot be read
     */
    default void refused(BusException why, @Nullable String signer, String type) {}
  }

  /** The authority at the other end of {@code bus}. */
  static CaService over(SignedBus bus) {
    return new CaService() {
      @Override
      public Future<Issued> issue(IssueRequest request) {
        return bus.call(Operations.ISSUE, HeraldRole.CA, request);
      }

      @Override
      public Future<Roots> roots() {
        return bus.call(Operations.ROOTS, HeraldRole.CA, new RootsRequest());
      }

      @Override
      public Future<NumberedRoots> numberedRoots() {
        return bus.call(Operations.NUMBERED_ROOTS, HeraldRole.CA, new NumberedRootsRequest())
            .recover(
                e ->
                    BusFailure.UNKNOWN_TYPE.is(e)
                        ? CaService.super.numberedRoots()
                        : Future.failedFuture(e));
      }

      @Override
      public Future<EpochSigned> epoch(long epoch) {
        return bus.call(Operations.EPOCH, HeraldRole.CA, new EpochRequest(epoch));
      }
    };
  }

  /**
   * Offers {@code server} on {@code bus}; completes when it can be reached.
   *
   * @param once shared by all that have the authority's role
   */
  static Future<SignedBus.Registration> serve(SignedBus bus, OnceOnly once, Server server) {
    return bus.serve(
        (why, type) -> server.refused(why, why.signer(), type),
        once,
        SignedBus.on(Operations.ISSUE, server::issue),
        SignedBus.on(Operations.ROOTS, (caller, request) -> server.roots(caller)),
        SignedBus.on(Operations.NUMBERED_ROOTS, (caller, request) -> server.numberedRoots(caller)),
        SignedBus.on(Operations.EPOCH, server::epoch));
  }

  /** Asks for the roots. */
  record RootsRequest() {}

  /** Asks for the roots and their number. */
  record NumberedRootsRequest() {}

  /** Asks for the authority's word for an epoch. */
  record EpochRequest(long epoch) {}

  /** What travels on which address. */
  final class Operations {
    private static final Set<HeraldRole> CALLERS =
        Set.of(HeraldRole.NODE, HeraldRole.CONFIG, HeraldRole.CA, HeraldRole.ADMIN);

    static final Operation<IssueRequest, Issued> ISSUE =
        new Operation<>(
                ADDRESS,
                "ca.issue",
                IssueRequest.class,
                Issued.class,
                CALLERS,
                Set.of(HeraldRole.CA),
                64 << 10,
                512 << 10)
            .withEffect();

    static final Operation<RootsRequest, Roots> ROOTS =
        new Operation<>(
            ADDRESS,
            "ca.roots",
            RootsRequest.class,
            Roots.class,
            CALLERS,
            Set.of(HeraldRole.CA),
            64 << 10,
            512 << 10);

    static final Operation<NumberedRootsRequest, NumberedRoots> NUMBERED_ROOTS =
        new Operation<>(
            ADDRESS,
            "ca.roots.numbered",
            NumberedRootsRequest.class,
            NumberedRoots.class,
            CALLERS,
            Set.of(HeraldRole.CA),
            64 << 10,
            512 << 10);

    static final Operation<EpochRequest, EpochSigned> EPOCH =
        new Operation<>(
            ADDRESS,
            "ca.epoch",
            EpochRequest.class,
            EpochSigned.class,
            Set.of(HeraldRole.CONFIG),
            Set.of(HeraldRole.CA),
            64 << 10,
            512 << 10);

    private Operations() {}
  }
}
