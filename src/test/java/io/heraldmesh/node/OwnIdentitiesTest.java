package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.TestAuthority;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PeerRole;
import io.heraldmesh.identity.PeerVerdict;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.store.IssuanceRecord;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.SqliteStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnIdentitiesTest {
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
  private static final Duration LIFETIME = Duration.ofMinutes(90);
  private static final SpiffeId ID = SpiffeId.herald(TestAuthority.TD, HeraldRole.CA, "c1");

  private final TestAuthority mesh = new TestAuthority(InstantSource.fixed(NOW));
  @TempDir Path folder;
  private Store store;
  private RenewableIdentity identity;

  @BeforeEach
  void make() {
    store = SqliteStore.open(folder.resolve("herald.db"));
    identity =
        new OwnIdentities(
                mesh.authority(),
                LIFETIME,
                store.issuanceLog(),
                mesh.crypto(),
                InstantSource.fixed(NOW))
            .identity(HeraldRole.CA, "c1");
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aPartOfTheControlPlaneIsWhomEveryPeerTakesItFor() {
    PeerVerifier verifier = new PeerVerifier(mesh.crypto());
    for (PeerRole role : PeerRole.values()) {
      assertThat(verifier.verify(identity.svid().chain(), identity.bundle(), role, NOW))
          .isInstanceOfSatisfying(
              PeerVerdict.Accepted.class, accepted -> assertThat(accepted.id()).isEqualTo(ID));
    }
  }

  /** The node file's {@code certificates.ttl} is for all leaves of the node. */
  @Test
  void itsLeafLivesAsLongAsTheNodeFileSays() {
    assertThat(identity.svid().chain().getFirst().getNotAfter())
        .isEqualTo(Date.from(NOW.plus(LIFETIME)));
  }

  @Test
  void itIsInTheLogBeforeAnybodyHasIt() {
    IssuanceRecord logged = store.issuanceLog().after(0, 10).getFirst();

    assertThat(logged.spiffeId()).isEqualTo(ID.toString());
    assertThat(logged.requester()).isEqualTo(ID.toString());
    assertThat(logged.notAfter()).isEqualTo(NOW.plus(LIFETIME));
  }
}
