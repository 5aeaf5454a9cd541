package io.heraldmesh.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heraldmesh.OutsideAuthority;
import io.heraldmesh.OutsideAuthority.Issued;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.identity.CertificateChain;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of roots that is of no use is named, with why and what to do. */
class ForeignRootsTest {
  @TempDir Path folder;
  private final OutsideAuthority outside = new OutsideAuthority("machines");
  private final TestAuthority mesh = new TestAuthority(InstantSource.system());
  private final List<X509Certificate> own = new ArrayList<>(mesh.bundle().of(TestAuthority.TD));
  private Path file;

  @BeforeEach
  void place() {
    file = folder.resolve("machines.pem");
    own.add(mesh.authority().issuer());
  }

  private void refused(String why) {
    assertThatThrownBy(() -> ForeignRoots.read(file, own))
        .isInstanceOf(StartFailure.class)
        .hasMessageStartingWith(file + ": spec.control.certificates.roots: ")
        .hasMessageContaining(why)
        .hasMessageContaining("; write the roots of the authority that issued");
  }

  private void holds(X509Certificate... certificates) throws IOException {
    Files.writeString(file, CertificateChain.pem(List.of(certificates)));
  }

  @Test
  void anotherAuthoritysRootsAreTaken() throws IOException {
    Issued issued = outside.issue("web");
    holds(issued.root());
    assertThat(ForeignRoots.read(file, own)).containsExactly(issued.root());
  }

  @Test
  void aFileThatIsNotThere() {
    refused("there is no such file");
  }

  @Test
  void anEmptyFile() throws IOException {
    Files.writeString(file, "");
    refused("holds no certificate");
    Files.writeString(file, "# to be filled in\n");
    refused("holds no certificate");
  }

  @Test
  void whatIsNotPem() throws IOException, CertificateEncodingException {
    Files.write(file, outside.issue("web").root().getEncoded());
    refused("is not PEM");
    Files.writeString(file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    refused("certificate");
    Files.writeString(file, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n");
    refused("found PUBLIC KEY");
  }

  @Test
  void aLeafInPlaceOfAnAuthority() throws IOException {
    Issued issued = outside.issue("web");
    holds(issued.root(), issued.certificate());
    refused("\"CN=web\" is the certificate of no authority");
  }

  @Test
  void aFolderInPlaceOfTheFile() throws IOException {
    Files.createDirectory(file);
    refused("cannot be read");
  }

  @Test
  void aFileThatTheNodesUserMayNotRead() {
    // Nothing is forbidden to root, who may run this.
    assertThat(ForeignRoots.problem(new AccessDeniedException(file.toString())))
        .isEqualTo("may not be read by the user that the node runs as");
  }

  @Test
  void theMeshsOwnRootIsNoForeignOne() throws IOException {
    holds(outside.issue("web").root(), own.getFirst());
    refused("is the mesh's own authority");
    holds(mesh.authority().issuer());
    refused("is the mesh's own authority");
  }
}
