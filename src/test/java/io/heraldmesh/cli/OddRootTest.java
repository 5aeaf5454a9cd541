package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.Pem;
import io.heraldmesh.identity.TestCertificate;
import io.heraldmesh.identity.TestCertificate.Made;
import io.heraldmesh.node.Node;
import io.heraldmesh.node.NodeFolder;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A root that somebody else made may have a serial and a beginning that RFC 5280 does not let. */
@Timeout(120)
class OddRootTest {
  private static final Instant BEGIN = Instant.parse("1960-01-01T00:00:00Z");

  @TempDir Path folder;

  @ParameterizedTest(name = "serial {0}")
  @CsvSource({
    "-1, ff",
    "123456789012345678901234567890123456789012, 1234567890123456789012345678901234567890"
  })
  void aControlNodeStartsUnderItAndTellsOfIt(String serial, String told) throws IOException {
    Instant end = Instant.now().plus(Duration.ofDays(2));
    Made root =
        TestCertificate.authority("odd")
            .serial(new BigInteger(serial, 16))
            .valid(BEGIN, end)
            .selfSigned();
    Made issuer = TestCertificate.authority("issuer").valid(BEGIN, end).signedBy(root);
    NodeFolder files = new NodeFolder(folder.resolve("control"));
    files.node("  trustDomain: mesh.test\n  authority: {cacerts: certs}\n");
    Path certs = Files.createDirectory(files.path("certs"));
    Files.writeString(certs.resolve("ca-cert.pem"), pem(issuer));
    Files.writeString(
        certs.resolve("ca-key.pem"), Pem.write("PRIVATE KEY", issuer.key().getEncoded()));
    Files.writeString(certs.resolve("cert-chain.pem"), pem(issuer, root));
    Files.writeString(certs.resolve("root-cert.pem"), pem(root));

    Node node = Node.start(files.file());
    try {
      Await.until(
          "it is in the table",
          () ->
              CommandRun.of("certs", "--config", files.file())
                  .out()
                  .lines()
                  .anyMatch(row -> row.contains("authority CN=odd") && row.contains(told)));
      assertThat(CommandRun.of("status", "--config", files.file()).code()).isZero();
    } finally {
      node.stop();
    }
  }

  private static String pem(Made... certificates) {
    return CertificateChain.pem(Arrays.stream(certificates).map(Made::certificate).toList());
  }
}
