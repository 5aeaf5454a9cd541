package io.heraldmesh.node;

import io.heraldmesh.credentials.Credential;
import io.heraldmesh.identity.Pem;
import io.heraldmesh.proxy.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;

/** A workload's folder of certificates, as whoever keeps it fresh writes it. */
public final class CertificateFiles {
  private CertificateFiles() {}

  /**
   * Writes {@code root-cert.pem}, {@code cert-chain.pem} and {@code key.pem}.
   *
   * @param trusted whose roots are
   */
  public static void write(Path folder, Credential leaf, List<TestAuthority> trusted)
      throws IOException {
    StringBuilder roots = new StringBuilder();
    trusted.forEach(authority -> roots.append(pem(authority.root())));
    Files.writeString(folder.resolve("root-cert.pem"), roots);
    Files.writeString(folder.resolve("cert-chain.pem"), pem(leaf.leaf()));
    Files.writeString(folder.resolve("key.pem"), Pem.write("PRIVATE KEY", leaf.key().getEncoded()));
  }

  private static String pem(X509Certificate certificate) {
    try {
      return Pem.write("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }
}
