package io.heraldmesh.bus;

import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.SpiffeId;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who a message says it is from. Nothing is verified: good for refusing what somebody else signed,
 * never for believing. One object for each stream of messages, most of which show the same
 * certificate, which is read once; not thread-safe.
 */
public final class ClaimedSender {
  private static final Integer URI = 6;

  private @Nullable ByteString lastLeaf;
  private Optional<SpiffeId> last = Optional.empty();

  /** Empty when it is no envelope, or its first certificate names no one SPIFFE ID. */
  public Optional<SpiffeId> of(byte[] frame) {
    try {
      ByteString leaf = Envelope.parse(frame).chain().getFirst();
      if (!Objects.equals(leaf, lastLeaf)) {
        last = named(leaf);
        lastLeaf = leaf;
      }
      return last;
    } catch (MalformedMessage e) {
      return Optional.empty();
    }
  }

  private static Optional<SpiffeId> named(ByteString leaf) {
    try {
      X509Certificate certificate = CertificateChain.parseDer(List.of(leaf.toByteArray())).leaf();
      var names = certificate.getSubjectAlternativeNames();
      List<String> uris =
          names == null
              ? List.of()
              : names.stream()
                  .filter(n -> URI.equals(n.getFirst()))
                  .map(n -> String.valueOf(n.getLast()))
                  .toList();
      return uris.size() == 1 ? Optional.of(SpiffeId.parse(uris.getFirst())) : Optional.empty();
    } catch (InvalidCertificate | InvalidIdentity | CertificateParsingException e) {
      return Optional.empty();
    }
  }
}
