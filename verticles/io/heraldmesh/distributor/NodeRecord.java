package io.heraldmesh.distributor;

import io.heraldmesh.bus.Acknowledgement;
import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.MeshStatus.NodeStatus;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.compile.MeshWorkload;
import io.heraldmesh.identity.SpiffeId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the distributor knows of one node. Immutable; replaced on every change. */
record NodeRecord(
    SpiffeId id,
    long sequence,
    List<AnnouncedWorkload> workloads,
    Instant lastSeen,
    boolean silent,
    @Nullable Published wanted,
    @Nullable Acknowledgement acknowledged) {

  /** A snapshot as it travels. */
  record Published(Revision revision, ByteString bytes, ByteString digest) {}

  static NodeRecord announced(SpiffeId id, Announcement announcement, Instant now) {
    return new NodeRecord(
        id, announcement.sequence(), announcement.workloads(), now, false, null, null);
  }

  String name() {
    return id.herald().orElseThrow().name();
  }

  NodeRecord announcing(Announcement announcement, Instant now) {
    return new NodeRecord(
        id, announcement.sequence(), announcement.workloads(), now, false, wanted, acknowledged);
  }

  NodeRecord seen(Instant now) {
    return new NodeRecord(id, sequence, workloads, now, false, wanted, acknowledged);
  }

  NodeRecord goneSilent() {
    return new NodeRecord(id, sequence, workloads, lastSeen, true, wanted, acknowledged);
  }

  NodeRecord wanting(Published snapshot) {
    return new NodeRecord(id, sequence, workloads, lastSeen, silent, snapshot, acknowledged);
  }

  NodeRecord acknowledging(Acknowledgement acknowledgement) {
    return new NodeRecord(id, sequence, workloads, lastSeen, silent, wanted, acknowledgement);
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

  @Nullable NodeStatus status() {
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
        lastSeen,
        silent);
  }

  /** Its workloads for the compiler; {@code ready} as announced. */
  List<MeshWorkload> meshWorkloads() {
    return AnnouncedWorkloads.of(name(), workloads);
  }
}
