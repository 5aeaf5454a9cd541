package io.heraldmesh.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.UsedCertificates.Trust;
import io.heraldmesh.bus.UsedCertificates.Used;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a node tells of a certificate that it uses. */
class InUseTest {
  private static final SpiffeId WEB = SpiffeId.workload(TestAuthority.TD, "shop", "web");
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

  private final FakeClock clock = new FakeClock(START);
  private final TestAuthority old = new TestAuthority(clock);
  private final TestAuthority young = new TestAuthority(clock);
  private final InUse inUse = new InUse(WEB);

  private Credential held(TestAuthority by) {
    KeyPair keys = TestAuthority.keys();
    return new Credential(WEB, keys.getPrivate(), by.chain(WEB, keys, Duration.ofHours(1)));
  }

  private static TrustBundle roots(TestAuthority... of) {
    return new TrustBundle(
        Map.of(TestAuthority.TD, Arrays.stream(of).map(InUseTest::root).toList()));
  }

  private static X509Certificate root(TestAuthority of) {
    return of.bundle().of(TestAuthority.TD).getFirst();
  }

  @Test
  void itIsNamedBySerialIssuerAndRootAndSaysWhenItIsRenewed() {
    Credential held = held(old);
    Used told = inUse.told(held, roots(old), START.plusSeconds(1800), null);
    assertThat(told.serial()).isEqualTo(held.leaf().getSerialNumber().toString(16));
    assertThat(told.notAfter()).isEqualTo(START.plusSeconds(3600));
    assertThat(told.renews()).isEqualTo(START.plusSeconds(1800));
    assertThat(told.issuer())
        .isEqualTo(old.authority().issuer().getSubjectX500Principal().getName());
    assertThat(told.root()).isEqualTo(Fingerprint.of(root(old)).toString());
    assertThat(told.trust()).isEqualTo(Trust.CURRENT);
    assertThat(told.lastError()).isNull();
  }

  @Test
  void whileRootsChangeItSaysUnderWhichGenerationItIs() {
    Credential held = held(old);
    assertThat(inUse.told(held, roots(old, young), START, null).trust()).isEqualTo(Trust.CURRENT);
    assertThat(inUse.told(held, roots(young, old), START, null).trust()).isEqualTo(Trust.OLDER);
    assertThat(inUse.told(held, roots(young), START, null).trust()).isEqualTo(Trust.NONE);
    assertThat(inUse.told(held, roots(young), START, null).root()).isNull();
    assertThat(inUse.told(held(young), roots(young), START, null).trust()).isEqualTo(Trust.CURRENT);
  }

  @Test
  void oneThatIsNotThereIsToldWithTheReason() {
    Used told = inUse.told(null, roots(old), START, "NOT_REGISTERED " + "x".repeat(1000));
    assertThat(List.of(told.identity())).containsExactly(WEB.toString());
    assertThat(told.serial()).isNull();
    assertThat(told.lastError()).startsWith("NOT_REGISTERED").hasSize(200);
  }
}
