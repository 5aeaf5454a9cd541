package io.heraldmesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.bus.ByteString;
import io.heraldmesh.bus.EncodedSnapshot;
import io.heraldmesh.bus.EpochGrant;
import io.heraldmesh.bus.Revision;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SignedRevision;
import io.heraldmesh.bus.SnapshotCodec;
import io.heraldmesh.bus.SnapshotPush;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.policy.MtlsMode;
import io.heraldmesh.policy.NodeSnapshot;
import io.vertx.core.Future;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A restored control plane is followed, and a distributor that just says a higher epoch is not. */
class EpochTest extends ControlPath {

  private Future<?> push(Revision revision, @Nullable ByteString word) {
    SignedBus config = mesh.bus(vertx, HeraldRole.CONFIG, "config");
    SpiffeId n1 = web.identity.svid().id();
    NodeSnapshot none = TestRevisions.empty("n1");
    EncodedSnapshot encoded = EncodedSnapshot.whole(SnapshotCodec.encode(none));
    return SnapshotPush.push(
        config,
        n1,
        new SignedRevision(revision, Map.of(n1, encoded.digest()))
            .frame(config, word, n1, encoded.over(null)));
  }

  private ByteString word(long epoch, HeraldRole by) {
    return new EpochGrant(epoch).signed(mesh.bus(vertx, by, "other"));
  }

  @Test
  void aNewEpochOfTheDatabaseIsFollowedThoughItsNumbersStartAnew() {
    begin();
    Revision before = inForce(STRICT.replace("STRICT", "PERMISSIVE"));
    store.revisions().newEpoch();

    Revision after = inForce(STRICT.replace("STRICT", "DISABLE"));

    assertThat(after.epoch()).isEqualTo(before.epoch() + 1);
    assertThat(after.number()).isLessThan(before.number());
    assertThat(web.mode()).isEqualTo(MtlsMode.DISABLE);
    assertThat(web.subscriber.revision()).isEqualTo(after);
  }

  @Test
  void configAloneCannotBeginAnEpoch() {
    begin();
    int had = web.snapshots.size();
    Revision now = Objects.requireNonNull(web.subscriber.revision());
    Revision higher = new Revision(now.epoch() + 1, 1);

    for (ByteString word :
        new ByteString[] {
          null,
          word(now.epoch(), HeraldRole.CA),
          word(higher.epoch() + 1, HeraldRole.CA),
          word(higher.epoch(), HeraldRole.CONFIG),
          word(higher.epoch(), HeraldRole.NODE)
        }) {
      assertThatThrownBy(() -> Await.result(push(higher, word)));
    }

    assertThat(web.snapshots).hasSize(had);
    assertThat(web.subscriber.revision()).isEqualTo(now);
  }

  @Test
  void whatWasBeforeARestoredBackupCountsNoMoreAfterIt() {
    begin();
    Revision before = Objects.requireNonNull(web.subscriber.revision());
    store.revisions().newEpoch();
    Revision after = inForce(STRICT.replace("STRICT", "DISABLE"));

    Revision later = new Revision(before.epoch(), before.number() + 1000);
    assertThatThrownBy(() -> Await.result(push(later, word(before.epoch(), HeraldRole.CA))))
        .hasMessageContaining("came before");

    assertThat(web.subscriber.revision()).isEqualTo(after);
  }

  @Test
  void whileTheAuthorityIsAwayNodesOfTheEpochStillFollow() {
    begin();
    authorityAway();

    Revision next = inForce(STRICT.replace("STRICT", "DISABLE"));

    assertThat(web.subscriber.revision()).isEqualTo(next);
  }

  @Test
  void aNewEpochIsFollowedOnceTheAuthorityIsBack() {
    begin();
    Revision before = Objects.requireNonNull(web.subscriber.revision());
    authorityAway();
    store.revisions().newEpoch();
    Revision wanted = Await.result(distributor.apply(read(STRICT.replace("STRICT", "DISABLE"))));
    Await.result(web.subscriber.ask().otherwiseEmpty());
    assertThat(web.subscriber.revision()).isEqualTo(before);

    authorityBack();
    Await.result(web.subscriber.ask());

    assertThat(web.subscriber.revision()).isEqualTo(wanted);
    assertThat(web.mode()).isEqualTo(MtlsMode.DISABLE);
  }
}
