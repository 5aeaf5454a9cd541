package io.heraldmesh.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.crypto.Crypto;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CsrTest {
  static Stream<Crypto> cryptos() {
    return Crypto.all().stream();
  }

  @ParameterizedTest
  @MethodSource("cryptos")
  void aRequestGivesItsPublicKeyWhicheverImplementationMadeIt(Crypto crypto) {
    for (KeyPair keys :
        List.of(
            TestCertificate.ec("secp256r1"),
            TestCertificate.ec("secp384r1"),
            TestCertificate.ec("secp521r1"),
            TestCertificate.rsa(2048))) {
      for (Crypto maker : Crypto.all()) {
        Csr csr = Csr.parse(Csr.create(keys, maker), crypto);
        assertThat(csr.publicKey().getEncoded()).isEqualTo(keys.getPublic().getEncoded());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cryptos")
  void inTextItIsExactlyOneBlock(Crypto crypto) {
    byte[] der = Csr.create(TestCertificate.ec("secp256r1"), crypto);
    String pem = Csr.pem(der);
    assertThat(Csr.parsePem(pem, crypto)).isNotNull();
    assertThat(Csr.parsePem(pem.replace("CERTIFICATE", "NEW CERTIFICATE"), crypto)).isNotNull();
    for (String bad :
        List.of("", pem + pem, pem + "x", pem.replace("CERTIFICATE REQUEST", "CERTIFICATE"))) {
      assertThatExceptionOfType(InvalidCertificate.class)
          .isThrownBy(() -> Csr.parsePem(bad, crypto));
    }
  }

  @ParameterizedTest
  @MethodSource("cryptos")
  void weakKeysAreRefused(Crypto crypto) {
    byte[] weak = Csr.create(TestCertificate.rsa(1024), crypto);
    assertThatExceptionOfType(InvalidCertificate.class)
        .isThrownBy(() -> Csr.parse(weak, crypto))
        .withMessageContaining("1024");
  }

  @ParameterizedTest
  @MethodSource("cryptos")
  void anyChangedByteIsNoticed(Crypto crypto) {
    byte[] der = Csr.create(TestCertificate.ec("secp256r1"), crypto);
    Random random = new Random(11);
    for (int i = 0; i < 300; i++) {
      byte[] changed = der.clone();
      changed[random.nextInt(der.length)] ^= (byte) (1 << random.nextInt(8));
      assertThatExceptionOfType(InvalidCertificate.class)
          .isThrownBy(() -> Csr.parse(changed, crypto));
    }
  }

  @ParameterizedTest
  @MethodSource("cryptos")
  void cutOrLongOrHugeRequestsAreRefused(Crypto crypto) {
    byte[] der = Csr.create(TestCertificate.ec("secp256r1"), crypto);
    for (int length : List.of(0, 1, der.length / 2, der.length - 1, der.length + 1)) {
      assertThatExceptionOfType(InvalidCertificate.class)
          .isThrownBy(() -> Csr.parse(Arrays.copyOf(der, length), crypto));
    }
    assertThatExceptionOfType(InvalidCertificate.class)
        .isThrownBy(() -> Csr.parse(new byte[Csr.MAX_BYTES + 1], crypto))
        .withMessageContaining("over");
    assertThatExceptionOfType(InvalidCertificate.class)
        .isThrownBy(() -> Csr.parsePem("x".repeat(3 * Csr.MAX_BYTES), crypto));
  }

  @ParameterizedTest
  @MethodSource("cryptos")
  void deeplyNestedRequestsDoNotExhaustTheStack(Crypto crypto) {
    byte[] der = new byte[Csr.MAX_BYTES];
    for (int i = 0; i + 4 <= der.length; i += 4) {
      int rest = der.length - i - 4;
      der[i] = 0x30;
      der[i + 1] = (byte) 0x82;
      der[i + 2] = (byte) (rest >> 8);
      der[i + 3] = (byte) rest;
    }
    assertThatExceptionOfType(InvalidCertificate.class).isThrownBy(() -> Csr.parse(der, crypto));
  }
}
