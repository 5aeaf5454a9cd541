package io.heraldmesh.lab;

import io.heraldmesh.Await;
import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.LinkAddresses;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SignedRevision;
import io.heraldmesh.bus.SnapshotCodec;
import io.heraldmesh.bus.SnapshotContent;
import io.heraldmesh.bus.SnapshotFrame;
import io.heraldmesh.bus.SvidSource;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Snapshots for a node that are formed as they should be, and that it must not follow. */
final class ForgedSnapshots implements AutoCloseable {
  private static final String NOT_BELIEVED = "snapshot not believed:";
  private static final ByteString OWN = bytes("a snapshot");
  private static final ByteString OTHER = bytes("another snapshot");

  private final Vertx vertx = Vertx.vertx();
  private final SpiffeId victim;
  private final Revision inForce;
  private final TrustBundle roots;

  /**
   * @param inForce at the victim
   */
  ForgedSnapshots(SpiffeId victim, Revision inForce, TrustBundle roots) {
    this.victim = victim;
    this.inForce = inForce;
    this.roots = roots;
  }

  /**
   * @param answer what the node logs of it
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  record Forged(String what, byte[] frame, String answer) {}

  /** Where that node is sent its snapshots. */
  static String address(String node) {
    return LinkAddresses.of(SpiffeId.herald(RogueRun.DOMAIN, HeraldRole.NODE, node));
  }

  /**
   * All but the first signed by whoever may sign revisions.
   *
   * @param config of a control node
   * @param node another one than the victim
   */
  List<Forged> all(Credential config, Credential node) {
    Revision later = new Revision(inForce.epoch(), inForce.number() + 1_000);
    SnapshotFrame good = frame(config, later, victim);
    return List.of(
        new Forged(
            "a newer snapshot that another node signed",
            frame(node, later, victim).toBytes(),
            NOT_BELIEVED),
        new Forged(
            "the newer snapshot of another node",
            frame(config, later, node.id()).toBytes(),
            NOT_BELIEVED),
        new Forged(
            "another snapshot than the signed root is of",
            new SnapshotFrame(
                    good.statement(), null, good.proof(), new SnapshotContent.Whole(OTHER))
                .toBytes(),
            NOT_BELIEVED),
        new Forged(
            "a root that was changed after it was signed",
            new SnapshotFrame(flipped(good.statement()), null, good.proof(), good.content())
                .toBytes(),
            NOT_BELIEVED),
        new Forged(
            "an older revision",
            frame(config, new Revision(inForce.epoch(), inForce.number() - 1), victim).toBytes(),
            "snapshot ignored revision="),
        new Forged(
            "a later epoch without the authority's word for it",
            frame(config, new Revision(inForce.epoch() + 1, 1), victim).toBytes(),
            NOT_BELIEVED));
  }

  /** As a control node makes it for {@code of}. */
  private SnapshotFrame frame(Credential by, Revision revision, SpiffeId of) {
    SignedBus bus =
        new SignedBus(
            vertx,
            SvidSource.fixed(new HeraldSvid(by.id(), by.key(), by.chain()), roots),
            Crypto.preferred(),
            InstantSource.system(),
            new SecureRandom(),
            Duration.ofSeconds(5));
    ByteString content = of.equals(victim) ? OWN : OTHER;
    Map<SpiffeId, ByteString> digests =
        of.equals(victim)
            ? Map.of(victim, SnapshotCodec.digest(OWN))
            : Map.of(victim, SnapshotCodec.digest(OWN), of, SnapshotCodec.digest(OTHER));
    return new SignedRevision(revision, digests)
        .frame(bus, null, of, new SnapshotContent.Whole(content));
  }

  /** One bit near its end, where the signature is. */
  private static ByteString flipped(ByteString statement) {
    byte[] bytes = statement.toByteArray();
    bytes[bytes.length - 8] ^= 1;
    return ByteString.of(bytes);
  }

  private static ByteString bytes(String text) {
    return ByteString.of(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() {
    Await.result(vertx.close());
  }
}
