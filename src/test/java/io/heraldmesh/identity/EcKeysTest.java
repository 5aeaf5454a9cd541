package io.heraldmesh.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.crypto.Crypto;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import org.junit.jupiter.api.Test;

class EcKeysTest {
  private final Crypto crypto = Crypto.preferred();

  @Test
  void thePublicKeyIsFoundAgain() {
    for (int i = 0; i < 20; i++) {
      KeyPair keys = EcKeys.generate(crypto);
      assertThat(EcKeys.pair(keys.getPrivate(), crypto).getPublic()).isEqualTo(keys.getPublic());
    }
  }

  @Test
  void keysOfOtherKindsAreRefused() throws Exception {
    KeyPairGenerator other = KeyPairGenerator.getInstance("EC");
    other.initialize(new ECGenParameterSpec("secp384r1"));
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    for (KeyPairGenerator generator : new KeyPairGenerator[] {other, rsa}) {
      assertThatThrownBy(() -> EcKeys.pair(generator.generateKeyPair().getPrivate(), crypto))
          .isInstanceOf(InvalidCertificate.class)
          .hasMessage("the private key is none of P-256");
    }
  }
}
