package io.heraldmesh.identity;

import static io.heraldmesh.identity.TestCertificate.authority;
import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.identity.TestCertificate.Made;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What was found good is not looked at again, and what is kept of that has a bound. */
class ProvenSignaturesTest {
  private static final int MOST = 3;

  private final List<X509Certificate> looked = new ArrayList<>();
  private final Made root = authority("root").selfSigned();
  private boolean good = true;
  private final ProvenSignatures signatures =
      new ProvenSignatures(
          (issuerKey, certificate) -> {
            looked.add(certificate);
            return good;
          },
          MOST);

  @Test
  void aGoodSignatureIsLookedAtOnce() {
    Made signed = authority("a").signedBy(root);
    assertThat(by(root, signed)).isTrue();
    good = false;
    assertThat(by(root, signed)).isTrue();
    assertThat(looked).hasSize(1);
  }

  @Test
  void aBadOneIsLookedAtEachTime() {
    Made signed = authority("a").signedBy(root);
    good = false;
    assertThat(by(root, signed)).isFalse();
    good = true;
    assertThat(by(root, signed)).isTrue();
    assertThat(looked).hasSize(2);
  }

  @Test
  void anotherKeyProvesNothing() {
    Made signed = authority("a").signedBy(root);
    by(root, signed);
    good = false;
    assertThat(by(authority("root").selfSigned(), signed)).isFalse();
  }

  @Test
  void withOneMoreThanItKeepsItStartsAnew() {
    List<Made> authorities =
        IntStream.rangeClosed(0, MOST)
            .mapToObj(i -> authority("authority-" + i).signedBy(root))
            .toList();
    authorities.forEach(each -> by(root, each));
    looked.clear();
    by(root, authorities.getLast());
    assertThat(looked).as("the newest is kept").isEmpty();
    by(root, authorities.getFirst());
    assertThat(looked).as("the oldest is not").hasSize(1);
  }

  private boolean by(Made issuer, Made signed) {
    return signatures.by(issuer.certificate().getPublicKey(), signed.certificate());
  }
}
