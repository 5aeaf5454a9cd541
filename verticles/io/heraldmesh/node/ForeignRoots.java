package io.heraldmesh.node;

import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.Pem;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The roots of another authority, from the file that {@code spec.control.certificates.roots} names.
 */
final class ForeignRoots {
  private static final String FIELD = "spec.control.certificates.roots";
  private static final String REMEDY =
      "; write the roots of the authority that issued the nodes' certificates, in PEM, or remove"
          + " spec.control.certificates";

  private ForeignRoots() {}

  /**
   * Blocks for the disk.
   *
   * @param mesh the mesh's own authority: its roots and whatever it signs with
   * @throws StartFailure when the file is of no use; says why, and what to do
   */
  static List<X509Certificate> read(Path file, List<X509Certificate> mesh) {
    List<X509Certificate> roots;
    try {
      roots = CertificateChain.parsePem(Files.readString(file), Pem.Text.ALLOWED);
    } catch (InvalidCertificate e) {
      throw unusable(file, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw unusable(file, problem(e));
    }
    if (roots.isEmpty()) {
      throw unusable(file, "holds no certificate");
    }
    for (X509Certificate root : roots) {
      String name = root.getSubjectX500Principal().getName();
      // Before version 3 no certificate could say what it is for.
      if (root.getVersion() >= 3 && root.getBasicConstraints() < 0) {
        throw unusable(file, '"' + name + "\" is the certificate of no authority");
      }
      if (mesh.stream().anyMatch(own -> own.getPublicKey().equals(root.getPublicKey()))) {
        throw unusable(
            file,
            '"'
                + name
                + "\", "
                + Fingerprint.of(root)
                + ", is the mesh's own authority: whoever had any certificate of the mesh could"
                + " join by it");
      }
    }
    return roots;
  }

  static String problem(IOException e) {
    return switch (e) {
      case NoSuchFileException none -> "there is no such file";
      case AccessDeniedException denied -> "may not be read by the user that the node runs as";
      case CharacterCodingException binary -> "is not PEM";
      default -> "cannot be read (" + e.getMessage() + ")";
    };
  }

  private static StartFailure unusable(Path file, String why) {
    return StartFailure.cannotStart(file + ": " + FIELD + ": " + why + REMEDY);
  }
}
