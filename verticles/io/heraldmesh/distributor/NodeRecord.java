package io.heraldmesh.distributor;

import io.heraldmesh.bus.Acknowledgement;
import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.EncodedSnapshot;
import io.heraldmesh.bus.MeshStatus.NodeStatus;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.compile.MeshWorkload;
import io.heraldmesh.identity.SpiffeId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the distributor knows of one node. Immutable; replaced on every change. */
record NodeRecord(
    SpiffeId id,
    Announcement announcement,
    Contact contact,
    @Nullable Published wanted,
    @Nullable Acknowledgement acknowledged) {

  /** After which a node that was heard of is silent. */
  static final Duration SILENCE = Duration.ofSeconds(30);

  /** The same of one that only another distributor heard of, from when this one began. */
  static final Duration UNHEARD = Duration.ofMinutes(5);

  /** A snapshot as it travels. */
  record Published(Revision revision, EncodedSnapshot snapshot) {
    ByteString digest() {
      return snapshot.digest();
    }
  }

  /**
   * How the node is known.
   *
   * @param since when it was last heard of; where it was not, when this distributor began
   * @param heard false: only whoever distributed before has heard of it
   * @param silent true: for so long that it is no endpoint where another one is left
   */
  record Contact(Instant since, boolean heard, boolean silent) {

    static Contact of(Instant now) {
      return new Contact(now, true, false);
    }

    /** True: it is silent from now on. */
    boolean isOver(Instant now) {
      return !silent && since.plus(heard ? SILENCE : UNHEARD).isBefore(now);
    }

    Contact gone() {
      return new Contact(since, heard, true);
    }
  }

  static NodeRecord announced(SpiffeId id, Announcement announcement, Instant now) {
    return new NodeRecord(id, announcement, Contact.of(now), null, null);
  }

  /**
   * Of the time before this distributor.
   *
   * @param silent true: already then
   */
  static NodeRecord remembered(
      SpiffeId id, Announcement announcement, boolean silent, Instant now) {
    return new NodeRecord(id, announcement, new Contact(now, false, silent), null, null);
  }

  String name() {
    return id.herald().orElseThrow().name();
  }

  long sequence() {
    return announcement.sequence();
  }

  boolean silent() {
    return contact.silent();
  }

  NodeRecord announcing(Announcement said, Instant now) {
    return new NodeRecord(id, said, Contact.of(now), wanted, acknowledged);
  }

  /** A node that has yet to announce itself to this distributor has not been heard of in full. */
  NodeRecord seen(Instant now) {
    return new NodeRecord(
        id, announcement, new Contact(now, contact.heard(), false), wanted, acknowledged);
  }

  NodeRecord goneSilent() {
    return new NodeRecord(id, announcement, contact.gone(), wanted, acknowledged);
  }

  NodeRecord wanting(Published snapshot) {
    return new NodeRecord(id, announcement, contact, snapshot, acknowledged);
  }

  NodeRecord acknowledging(Acknowledgement acknowledgement) {
    return new NodeRecord(id, announcement, contact, wanted, acknowledgement);
  }

  /** True: what the node said it has in force is what it should have. */
  boolean inForce() {
    Published should = wanted;
    Acknowledgement has = acknowledged;
    return should != null
        && has != null
        && has.refusal() == null
        && has.digest().equals(should.digest());
  }

  /** What it is known to have in force; null: who knows. */
  @Nullable Published confirmed() {
    return inForce() ? wanted : null;
  }

  /**
   * @param needed true: some service has no endpoint but those of nodes like this one
   */
  @Nullable NodeStatus status(boolean needed) {
    Published should = wanted;
    if (should == null) {
      return null;
    }
    Acknowledgement has = acknowledged;
    return new NodeStatus(
        name(),
        should.revision(),
        has == null || has.refusal() != null ? null : has.revision(),
        inForce(),
        has == null ? null : has.refusal(),
        contact.heard() || has != null ? contact.since() : null,
        silent(),
        silent() && needed);
  }

  /** Its workloads for the compiler; {@code ready} as announced. */
  List<MeshWorkload> meshWorkloads() {
    return AnnouncedWorkloads.of(name(), announcement.workloads(), silent());
  }
}
