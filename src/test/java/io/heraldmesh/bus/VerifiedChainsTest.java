package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.FakeClock;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.TrustBundle;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerifiedChainsTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private final TestAuthority mesh = new TestAuthority(new FakeClock(NOW));
  private final VerifiedChains chains = new VerifiedChains(new PeerVerifier(mesh.crypto()), 2);
  private final List<ByteString> one = chain(mesh, "one");

  private static List<ByteString> chain(TestAuthority by, String name) {
    List<ByteString> der = new ArrayList<>();
    for (X509Certificate certificate :
        by.svid(HeraldRole.NODE, name, Duration.ofHours(1)).chain()) {
      try {
        der.add(ByteString.of(certificate.getEncoded()));
      } catch (CertificateEncodingException e) {
        throw new IllegalStateException(e);
      }
    }
    return der;
  }

  private VerifiedChains.Verdict verify(List<ByteString> chain, Instant now) {
    return chains.verify(chain, mesh.bundle(), now);
  }

  private static void assertRefused(VerifiedChains.Verdict verdict, String why) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            VerifiedChains.Bad.class,
            bad -> {
              assertThat(bad.reason()).isEqualTo(EnvelopeRefusal.UNTRUSTED_SENDER);
              assertThat(bad.detail()).startsWith(why);
            });
  }

  @Test
  void aGoodChainIsLookedAtOnce() {
    VerifiedChains.Verdict first = verify(one, NOW);

    assertThat(first).isInstanceOf(VerifiedChains.Good.class);
    assertThat(verify(List.copyOf(one), NOW.plusSeconds(5))).isSameAs(first);
  }

  @Test
  void aChainThatWasGoodIsRefusedOnceItHasExpired() {
    verify(one, NOW);

    assertRefused(verify(one, NOW.plus(Duration.ofHours(1)).plusSeconds(2)), "EXPIRED");
  }

  @Test
  void aChainThatWasGoodIsRefusedWhenTheClockGoesBackBeforeItsBeginning() {
    verify(one, NOW);

    assertRefused(verify(one, NOW.minus(Duration.ofDays(1))), "NOT_YET_VALID");
  }

  @Test
  void aChainThatWasGoodIsRefusedOnceItsRootIsTrustedNoMore() {
    verify(one, NOW);
    TrustBundle others = new TestAuthority(new FakeClock(NOW)).bundle();

    assertRefused(chains.verify(one, others, NOW), "");
    assertRefused(chains.verify(one, TrustBundle.empty(), NOW), "UNKNOWN_TRUST_DOMAIN");
  }

  @Test
  void anotherAuthoritysChainForTheSameNameIsRefusedBesideTheGoodOne() {
    verify(one, NOW);

    assertRefused(verify(chain(new TestAuthority(new FakeClock(NOW)), "one"), NOW), "");
  }

  @Test
  void theSameCertificatesCutAtAnotherPlaceAreNotTheSameChain() {
    verify(one, NOW);
    byte[] leaf = one.getFirst().toByteArray();
    byte[] next = one.size() > 1 ? one.get(1).toByteArray() : new byte[] {0};
    byte[] glued = new byte[leaf.length + next.length];
    System.arraycopy(leaf, 0, glued, 0, leaf.length);
    System.arraycopy(next, 0, glued, leaf.length, next.length);

    assertThat(verify(List.of(ByteString.of(glued)), NOW)).isInstanceOf(VerifiedChains.Bad.class);
  }

  @Test
  void whatIsRefusedIsNotKept() {
    verify(chain(new TestAuthority(new FakeClock(NOW)), "rogue"), NOW);
    verify(List.of(ByteString.of((byte) 1)), NOW);

    assertThat(chains.size()).isZero();
  }

  @Test
  void onlySoManyAreKept() {
    for (String name : List.of("a", "b", "c")) {
      verify(chain(mesh, name), NOW);
    }

    assertThat(chains.size()).isEqualTo(2);
    assertThat(verify(one, NOW)).isInstanceOf(VerifiedChains.Good.class);
  }
}
