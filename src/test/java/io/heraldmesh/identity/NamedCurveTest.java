package io.heraldmesh.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECCurve;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A point is on its curve exactly where Bouncy Castle, which has curves of its own, says so. */
class NamedCurveTest {
  private final Random random = new Random(1);

  @ParameterizedTest
  @EnumSource
  void everyMultipleOfTheGeneratorIsOnTheCurve(NamedCurve curve) {
    var known = CustomNamedCurves.getByName(name(curve));
    for (int i = 1; i < 40; i++) {
      BigInteger times = i < 20 ? BigInteger.valueOf(i) : new BigInteger(200, random);
      byte[] point = known.getG().multiply(times).normalize().getEncoded(false);
      assertThat(curve.has(point)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPointWithAnyBitOfItFlippedIsNot(NamedCurve curve) {
    byte[] good = generator(curve).getEncoded(false);
    for (int bit = 8; bit < good.length * 8; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(curve.has(bad)).as("bit %s", bit).isFalse();
      assertThat(decodes(curve, bad)).as("bit %s", bit).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPointOfAnotherLengthIsNot(NamedCurve curve) {
    byte[] good = generator(curve).getEncoded(false);
    for (int length : new int[] {1, 2, good.length - 1, good.length + 1, good.length * 2}) {
      assertThat(curve.has(java.util.Arrays.copyOf(good, length))).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void theOriginIsNot(NamedCurve curve) {
    byte[] zero = new byte[generator(curve).getEncoded(false).length];
    zero[0] = 4;
    assertThat(curve.has(zero)).isFalse();
  }

  /** The same point written with a number that the field has no place for. */
  @ParameterizedTest
  @EnumSource
  void aCoordinateBeyondTheFieldIsNot(NamedCurve curve) {
    ECCurve known = CustomNamedCurves.getByName(name(curve)).getCurve();
    BigInteger prime = known.getField().getCharacteristic();
    int octets = (known.getFieldSize() + 7) / 8;
    int found = 0;
    for (int x = 0; found < 2; x++) {
      ECPoint point;
      try {
        byte[] compressed = new byte[1 + octets];
        compressed[0] = 2;
        compressed[octets] = (byte) x;
        point = known.decodePoint(compressed);
      } catch (IllegalArgumentException none) {
        continue;
      }
      byte[] encoded = point.normalize().getEncoded(false);
      assertThat(curve.has(encoded)).isTrue();
      BigInteger beyond = prime.add(BigInteger.valueOf(x));
      if (beyond.bitLength() <= octets * 8) {
        System.arraycopy(BigIntegers.asUnsignedByteArray(octets, beyond), 0, encoded, 1, octets);
        assertThat(curve.has(encoded)).isFalse();
      }
      found++;
    }
  }

  private static boolean decodes(NamedCurve curve, byte[] point) {
    try {
      CustomNamedCurves.getByName(name(curve)).getCurve().decodePoint(point);
      return true;
    } catch (IllegalArgumentException refused) {
      return false;
    }
  }

  private static ECPoint generator(NamedCurve curve) {
    return CustomNamedCurves.getByName(name(curve)).getG().normalize();
  }

  private static String name(NamedCurve curve) {
    return "P-" + curve.name().substring(1);
  }
}
