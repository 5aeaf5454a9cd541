package io.heraldmesh.store;

import java.time.Instant;

/**
 * A certificate of the mesh's authority. Never a key.
 *
 * @param fingerprint SHA-256 of its DER, lower-case hex
 * @param pem the certificate; of an issuer also those between it and its root, after it
 * @param node the control node that has its key; empty for roots
 */
public record AuthorityCertificate(
    String fingerprint, Kind kind, Phase phase, String pem, String node, Instant addedAt) {

  public AuthorityCertificate {
    Words.name("fingerprint", fingerprint);
    Words.text("pem", pem);
    Words.text("node", node);
  }

  public AuthorityCertificate in(Phase other) {
    return new AuthorityCertificate(fingerprint, kind, other, pem, node, addedAt);
  }

  /** What it is for. */
  public enum Kind {
    ROOT,
    ISSUER
  }

  /** How far it got: added everywhere, signing, dropped. */
  public enum Phase {
    PREPARED,
    ACTIVE,
    DROPPED
  }
}
