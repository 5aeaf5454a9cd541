package io.heraldmesh.bus;

import io.heraldmesh.bus.SharedKeySets.SharedKeySetsRequest;
import io.heraldmesh.bus.UsedCertificates.ReportsPage;
import io.heraldmesh.bus.UsedCertificates.ReportsRequest;
import io.heraldmesh.bus.UsedCertificates.UsedReport;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.Future;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The configuration distributor as a node sees it. Which node asks is read from its signature,
 * never from the message; failures are {@link BusException}s.
 */
public interface DistributorService {

  /**
   * Says what runs on this node. Fails with {@link BusFailure#NOT_REGISTERED} when one of the
   * service accounts is not registered for it, or, over a link, one of the addresses is neither the
   * one that the link comes from nor registered; then none of the announcement counts. Fails with
   * {@link BusFailure#REPLAYED} when its sequence is not above the {@link #lastSequence}, and with
   * {@link BusFailure#OVERLOADED} when this node announces too often: it may again a second later.
   */
  Future<Void> announce(Announcement announcement);

  /**
   * The highest number that this node gave to an announcement or a withdrawal which counted; 0:
   * none is known. Fails with {@link BusFailure#UNKNOWN_TYPE} when the distributor is older than
   * this message.
   */
  Future<Long> lastSequence();

  /** Says that nothing of this node is to be called any more. */
  Future<Void> withdraw(long sequence);

  /**
   * Asks for the snapshot in force: the answer, and nothing that is pushed, is proof that it is
   * what the control plane says now. Fails with {@link BusFailure#UNKNOWN_NODE} when this node has
   * to announce first, {@link BusFailure#NOT_READY} when there is none yet, {@link
   * BusFailure#OVERLOADED} when two answers for this node are being made.
   *
   * @param held digest of what the node has; null: nothing
   */
  Future<Fetched> fetch(@Nullable ByteString held);

  /**
   * Says what became of a snapshot that was asked for; of a pushed one the answer to the push does.
   */
  Future<Void> acknowledge(Acknowledgement acknowledgement);

  /**
   * Says which certificates this node uses, and which of its services can be called past it. Fails
   * with {@link BusFailure#NOT_REGISTERED} when nothing is registered for it, {@link
   * BusFailure#UNKNOWN_TYPE} when the distributor is older than this message.
   */
  Future<Void> report(UsedReport report);

  /** For admin: what is in force where. */
  Future<MeshStatus> status();

  /**
   * For admin: what nodes said of the certificates that they use.
   *
   * @param after {@link ReportsPage#next} of the page before; null: from the first
   */
  Future<ReportsPage> reports(@Nullable String after);

  /** For admin: how fresh the key sets are that are fetched for the mesh. */
  Future<SharedKeySets> keySets();

  /**
   * @param frame see {@link SnapshotFrame}; without a snapshot when the node holds it
   */
  record Fetched(ByteString frame) {}

  /** What the distributor does for a caller whose identity and role were verified. */
  interface Server {

    /**
     * @see DistributorService#announce
     */
    Future<Void> announce(SpiffeId node, Announcement announcement);

    /**
     * @see DistributorService#lastSequence
     */
    Future<Long> lastSequence(SpiffeId node);

    /**
     * @see DistributorService#withdraw
     */
    Future<Void> withdraw(SpiffeId node, long sequence);

    /**
     * @see DistributorService#fetch
     */
    Future<Fetched> fetch(SpiffeId node, @Nullable ByteString held);

    /**
     * @see DistributorService#acknowledge
     */
    Future<Void> acknowledge(SpiffeId node, Acknowledgement acknowledgement);

    /**
     * @see DistributorService#status()
     */
    Future<MeshStatus> status(SpiffeId caller);

    /**
     * @see DistributorService#report
     */
    Future<Void> report(SpiffeId node, UsedReport report);

    /**
     * @see DistributorService#reports
     */
    Future<ReportsPage> reports(SpiffeId caller, @Nullable String after);

    /**
     * @see DistributorService#keySets()
     */
    Future<SharedKeySets> keySets(SpiffeId caller);
  }

  /** The distributor at the other end of {@code bus}. */
  static DistributorService over(SignedBus bus) {
    return new DistributorService() {
      @Override
      public Future<Void> announce(Announcement announcement) {
        return bus.call(Operations.ANNOUNCE, HeraldRole.CONFIG, announcement).mapEmpty();
      }

      @Override
      public Future<Long> lastSequence() {
        return bus.call(Operations.SEQUENCE, HeraldRole.CONFIG, new SequenceRequest())
            .map(LastSequence::sequence);
      }

      @Override
      public Future<Void> withdraw(long sequence) {
        return bus.call(Operations.WITHDRAW, HeraldRole.CONFIG, new Withdrawal(sequence))
            .mapEmpty();
      }

      @Override
      public Future<Fetched> fetch(@Nullable ByteString held) {
        return bus.call(Operations.FETCH, HeraldRole.CONFIG, new FetchRequest(held));
      }

      @Override
      public Future<Void> acknowledge(Acknowledgement acknowledgement) {
        return bus.call(Operations.ACKNOWLEDGE, HeraldRole.CONFIG, acknowledgement).mapEmpty();
      }

      @Override
      public Future<MeshStatus> status() {
        return bus.call(Operations.STATUS, HeraldRole.CONFIG, new StatusRequest());
      }

      @Override
      public Future<Void> report(UsedReport report) {
        return bus.call(Operations.REPORT, HeraldRole.CONFIG, report).mapEmpty();
      }

      @Override
      public Future<ReportsPage> reports(@Nullable String after) {
        return bus.call(Operations.REPORTS, HeraldRole.CONFIG, new ReportsRequest(after));
      }

      @Override
      public Future<SharedKeySets> keySets() {
        return bus.call(Operations.KEY_SETS, HeraldRole.CONFIG, new SharedKeySetsRequest());
      }
    };
  }

  /** Offers {@code server} on {@code bus}; completes when it can be reached. */
  static Future<SignedBus.Registration> serve(SignedBus bus, Server server) {
    return bus.serve(
        SignedBus.on(
            Operations.ANNOUNCE, (node, message) -> server.announce(node, message).map(new Done())),
        SignedBus.on(
            Operations.SEQUENCE,
            (node, message) -> server.lastSequence(node).map(LastSequence::new)),
        SignedBus.on(
            Operations.WITHDRAW,
            (node, message) -> server.withdraw(node, message.sequence()).map(new Done())),
        SignedBus.on(Operations.FETCH, (node, message) -> server.fetch(node, message.held())),
        SignedBus.on(
            Operations.ACKNOWLEDGE,
            (node, message) -> server.acknowledge(node, message).map(new Done())),
        SignedBus.on(Operations.STATUS, (caller, message) -> server.status(caller)),
        SignedBus.on(
            Operations.REPORT, (node, report) -> server.report(node, report).map(new Done())),
        SignedBus.on(
            Operations.REPORTS, (caller, message) -> server.reports(caller, message.after())),
        SignedBus.on(Operations.KEY_SETS, (caller, message) -> server.keySets(caller)));
  }

  /** Asks for the number of what the node said last. */
  record SequenceRequest() {}

  /** The answer. */
  record LastSequence(long sequence) {}

  /** Takes a node's announcement back; its number is as in {@link Announcement}. */
  record Withdrawal(long sequence) {
    public Withdrawal {
      AnnouncedNames.requireSequence(sequence);
    }
  }

  /** Asks for a snapshot. */
  record FetchRequest(@Nullable ByteString held) {}

  /** Asks for the status. */
  record StatusRequest() {}

  /** What travels on which address. */
  final class Operations {
    static final String ADDRESS = "herald.config";
    private static final Set<HeraldRole> NODES = Set.of(HeraldRole.NODE);
    private static final Set<HeraldRole> CONFIG = Set.of(HeraldRole.CONFIG);
    private static final Set<HeraldRole> ADMIN = Set.of(HeraldRole.ADMIN);

    static final Operation<Announcement, Done> ANNOUNCE =
        new Operation<>(
            ADDRESS,
            "config.announce",
            Announcement.class,
            Done.class,
            NODES,
            CONFIG,
            1 << 20,
            64 << 10);

    static final Operation<SequenceRequest, LastSequence> SEQUENCE =
        new Operation<>(
            ADDRESS,
            "config.sequence",
            SequenceRequest.class,
            LastSequence.class,
            NODES,
            CONFIG,
            64 << 10,
            64 << 10);

    static final Operation<Withdrawal, Done> WITHDRAW =
        new Operation<>(
            ADDRESS,
            "config.withdraw",
            Withdrawal.class,
            Done.class,
            NODES,
            CONFIG,
            64 << 10,
            64 << 10);

    /** Each answer is a whole snapshot; a node that asks again may not have given up the first. */
    static final Operation<FetchRequest, Fetched> FETCH =
        new Operation<>(
                ADDRESS,
                "config.fetch",
                FetchRequest.class,
                Fetched.class,
                NODES,
                CONFIG,
                64 << 10,
                SnapshotPush.MOST_FETCHED_BYTES)
            .atMostOfOneCaller(2);

    static final Operation<Acknowledgement, Done> ACKNOWLEDGE =
        new Operation<>(
            ADDRESS,
            "config.acknowledge",
            Acknowledgement.class,
            Done.class,
            NODES,
            CONFIG,
            64 << 10,
            64 << 10);

    static final Operation<StatusRequest, MeshStatus> STATUS =
        new Operation<>(
            ADDRESS,
            "config.status",
            StatusRequest.class,
            MeshStatus.class,
            ADMIN,
            CONFIG,
            64 << 10,
            SnapshotPush.MOST_BYTES);

    /** A control node reports in the name of the distributor that it is, or may become. */
    static final Operation<UsedReport, Done> REPORT =
        new Operation<>(
            ADDRESS,
            "config.report",
            UsedReport.class,
            Done.class,
            Set.of(HeraldRole.NODE, HeraldRole.CONFIG),
            CONFIG,
            1 << 20,
            64 << 10);

    static final Operation<ReportsRequest, ReportsPage> REPORTS =
        new Operation<>(
            ADDRESS,
            "config.reports",
            ReportsRequest.class,
            ReportsPage.class,
            ADMIN,
            CONFIG,
            64 << 10,
            SnapshotPush.MOST_BYTES);

    static final Operation<SharedKeySetsRequest, SharedKeySets> KEY_SETS =
        new Operation<>(
            ADDRESS,
            "config.keysets",
            SharedKeySetsRequest.class,
            SharedKeySets.class,
            ADMIN,
            CONFIG,
            64 << 10,
            8 << 20);

    private Operations() {}
  }
}
