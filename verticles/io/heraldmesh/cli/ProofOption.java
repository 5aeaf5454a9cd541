package io.heraldmesh.cli;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.enrol.JoiningProof;
import io.heraldmesh.node.UsageException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;

/** By what a node joins: one of them. */
final class ProofOption {
  @ArgGroup(multiplicity = "1")
  private @Nullable TokenOption token;

  @ArgGroup(exclusive = false, multiplicity = "1")
  private @Nullable CertificateOption certificate;

  /**
   * @throws UsageException when it is none
   */
  JoiningProof read(Crypto crypto) {
    if (certificate != null) {
      return certificate.read(crypto);
    }
    if (token == null) {
      throw new UsageException("name a token or a certificate");
    }
    return new JoiningProof.Token(token.read());
  }
}
