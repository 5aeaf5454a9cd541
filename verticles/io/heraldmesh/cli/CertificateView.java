package io.heraldmesh.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heraldmesh.identity.Fingerprint;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** What is told of an authority's certificate. */
record CertificateView(Fingerprint fingerprint, String subject, Instant from, Instant until) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  static CertificateView of(X509Certificate certificate) {
    return new CertificateView(
        Fingerprint.of(certificate),
        certificate.getSubjectX500Principal().getName(),
        certificate.getNotBefore().toInstant(),
        certificate.getNotAfter().toInstant());
  }

  String text() {
    return fingerprint + " \"" + subject + "\" valid until " + TIME.format(until);
  }

  ObjectNode json() {
    ObjectNode node = new ObjectMapper().createObjectNode();
    node.put("fingerprint", fingerprint.toString());
    node.put("subject", subject);
    node.put("notBefore", TIME.format(from));
    node.put("notAfter", TIME.format(until));
    return node;
  }
}
