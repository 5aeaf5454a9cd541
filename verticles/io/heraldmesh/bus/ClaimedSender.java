package io.heraldmesh.bus;

import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.SpiffeId;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * Who a message says it is from. Nothing is verified: good for refusing what somebody else signed,
 * never for believing.
 */
public final class ClaimedSender {
  private static final Integer URI = 6;

  private ClaimedSender() {}

  /** Empty when it is no envelope, or its first certificate names no one SPIFFE ID. */
  public static Optional<SpiffeId> of(byte[] frame) {
    try {
      byte[] leaf = Envelope.parse(frame).chain().getFirst().toByteArray();
      X509Certificate certificate = CertificateChain.parseDer(List.of(leaf)).leaf();
      var names = certificate.getSubjectAlternativeNames();
      List<String> uris =
          names == null
              ? List.of()
              : names.stream()
                  .filter(n -> URI.equals(n.getFirst()))
                  .map(n -> String.valueOf(n.getLast()))
                  .toList();
      return uris.size() == 1 ? Optional.of(SpiffeId.parse(uris.getFirst())) : Optional.empty();
    } catch (MalformedMessage
        | InvalidCertificate
        | InvalidIdentity
        | CertificateParsingException e) {
      return Optional.empty();
    }
  }
}
