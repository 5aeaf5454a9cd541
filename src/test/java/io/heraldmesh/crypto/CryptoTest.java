package io.heraldmesh.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Security;
import java.security.Signature;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CryptoTest {
  private static final byte[] TEXT = "text".getBytes(StandardCharsets.UTF_8);

  @AfterEach
  void forget() {
    System.clearProperty(Crypto.PROPERTY);
  }

  @Test
  void theJdksIsAlwaysThereAndThePreferredIsTheFirst() {
    assertThat(Crypto.all()).contains(Crypto.jdk());
    assertThat(Crypto.preferred()).isSameAs(Crypto.all().getFirst());
    assertThat(Crypto.all().stream().map(Crypto::name)).doesNotHaveDuplicates();
  }

  @Test
  void accpLoadsWhereItsLibraryIsBuiltFor() {
    boolean builtFor =
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64");
    assertThat(Crypto.preferred().name()).isEqualTo(builtFor ? "accp" : "jdk");
  }

  @Test
  void whatOneSignsTheOthersVerify() throws Exception {
    for (String algorithm : List.of("SHA256withECDSA", "SHA256withRSA")) {
      for (Crypto signer : Crypto.all()) {
        KeyPairGenerator generator =
            signer.keyPairGenerator(algorithm.endsWith("RSA") ? "RSA" : "EC");
        generator.initialize(algorithm.endsWith("RSA") ? 2048 : 256);
        KeyPair keys = generator.generateKeyPair();
        Signature signature = signer.signature(algorithm);
        signature.initSign(keys.getPrivate());
        signature.update(TEXT);
        byte[] signed = signature.sign();
        for (Crypto verifier : Crypto.all()) {
          Signature check = verifier.signature(algorithm);
          check.initVerify(keys.getPublic());
          check.update(TEXT);
          assertThat(check.verify(signed)).as(signer + " to " + verifier).isTrue();
        }
      }
    }
  }

  @Test
  void nothingIsInstalledForTheWholeJvm() {
    var _ = Crypto.preferred();
    assertThat(Arrays.stream(Security.getProviders()).map(p -> p.getName()))
        .isNotEmpty()
        .doesNotContain("AmazonCorrettoCryptoProvider", "BC");
  }

  @Test
  void aPropertyForcesOneAndAnUnknownOneIsAnError() {
    System.setProperty(Crypto.PROPERTY, "jdk");
    assertThat(Crypto.preferred().name()).isEqualTo("jdk");
    System.setProperty(Crypto.PROPERTY, "openssl");
    assertThatIllegalStateException()
        .isThrownBy(Crypto::preferred)
        .withMessageContaining("herald.crypto=openssl")
        .withMessageContaining("expected accp or jdk");
  }
}
