package io.heraldmesh.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.bus.UsedCertificates.Trust;
import io.heraldmesh.bus.UsedCertificates.Used;
import io.heraldmesh.bus.UsedCertificates.UsedReport;
import io.heraldmesh.identity.TestCertificate;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one node says of its certificates is shown among those of all: no other form is read. */
class UsedCertificatesTest {
  private static final String GOOD = json("1f", Instant.parse("2030-01-02T00:00:00Z"));

  private static String json(String serial, Instant notAfter) {
    Instant from = Instant.parse("2030-01-01T00:00:00Z");
    Used used =
        new Used(
            "spiffe://mesh.test/ns/shop/sa/web",
            serial,
            from,
            notAfter,
            "CN=c1",
            "sha256:ab",
            Trust.CURRENT,
            from.plusSeconds(60),
            null);
    return new String(MessageCodec.encode(UsedReport.of(List.of(used))), StandardCharsets.UTF_8);
  }

  private static UsedReport decode(String json) throws MalformedMessage {
    return MessageCodec.decode(json.getBytes(StandardCharsets.UTF_8), UsedReport.class);
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          2030-01-02T00:00:00Z | +300000000-01-01T00:00:00Z
          2030-01-02T00:00:00Z | +10000-01-01T00:00:00Z
          2030-01-01T00:00:00Z | -300000000-01-01T00:00:00Z
          2030-01-01T00:00:00Z | -0001-12-31T23:59:59.999Z
          2030-01-01T00:01:00Z | +10000-01-01T00:00:00Z
          "serial":"1f"        | "serial":""
          "serial":"1f"        | "serial":"1F"
          "serial":"1f"        | "serial":"-"
          "serial":"1f"        | "serial":"--1f"
          "serial":"1f"        | "serial":"1f 1f"
          "serial":"1f"        | "serial":"11111111112222222222333333333344444444445555555555666666666677777"
          """)
  void aWordOfAnotherFormIsMalformed(String good, String bad) throws MalformedMessage {
    assertThat(decode(GOOD).certificates()).hasSize(1);
    String json = GOOD.replace(good, bad);

    assertThat(json).isNotEqualTo(GOOD);
    assertThatThrownBy(() -> decode(json)).isInstanceOf(MalformedMessage.class);
  }

  @Test
  void whateverACertificateCanSayIsRead() throws MalformedMessage {
    String last = json("f".repeat(40), Instant.parse("9999-12-31T23:59:59Z"));
    assertThat(decode(last).certificates()).hasSize(1);
    String first = GOOD.replace("2030-01-01T00:00:00Z", "1970-01-01T00:00:00Z");
    assertThat(decode(first).certificates())
        .singleElement()
        .extracting(Used::notBefore)
        .isEqualTo(Instant.EPOCH);
  }

  @Test
  void whatNodesOfVersionsBeforeTellOfOddCertificatesIsRead() throws MalformedMessage {
    for (String serial : List.of("-1", "-3f", "1" + "0".repeat(41), "f".repeat(64))) {
      assertThat(decode(GOOD.replace("\"1f\"", '"' + serial + '"')).certificates())
          .singleElement()
          .extracting(Used::serial)
          .isEqualTo(serial);
    }
    String early = GOOD.replace("2030-01-01T00:00:00Z", "1950-01-01T00:00:00Z");
    assertThat(decode(early).certificates()).hasSize(1);
  }

  @Test
  void aNodeOfAVersionBeforeTellsOfNoServices() throws MalformedMessage {
    UsedReport before = decode("{\"certificates\":[]}");
    assertThat(before).isEqualTo(UsedReport.of(List.of()));
    UsedReport now = new UsedReport(List.of(), List.of("it listens"));
    assertThat(MessageCodec.decode(MessageCodec.encode(now), UsedReport.class)).isEqualTo(now);
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource({
    "0, 0",
    "1f, 1f",
    "-1, ff",
    "-3f, c1",
    "123456789012345678901234567890123456789012, 1234567890123456789012345678901234567890"
  })
  void aSerialIsToldByItsOctets(String serial, String told) {
    X509Certificate odd =
        TestCertificate.authority("odd")
            .serial(new BigInteger(serial, 16))
            .selfSigned()
            .certificate();
    assertThat(UsedCertificates.serial(odd)).isEqualTo(told);
  }

  @Test
  void aTimeIsToldWithinTheYearsThatAreReckonedWith() {
    Instant within = Instant.parse("2030-01-01T00:00:00Z");
    assertThat(UsedCertificates.time(within)).isEqualTo(within);
    assertThat(UsedCertificates.time(Instant.parse("1950-01-01T00:00:00Z")))
        .isEqualTo(Instant.EPOCH);
    assertThat(UsedCertificates.time(Instant.MAX)).isEqualTo(Instant.parse("9999-12-31T23:59:59Z"));
  }
}
