package io.heraldmesh.identity;

/** Why a certificate chain gave no identity. Names are stable: they appear in logs and metrics. */
public enum PeerRefusal {
  NO_CERTIFICATE,
  CHAIN_TOO_LONG,
  MALFORMED,
  NO_SPIFFE_ID,
  SEVERAL_URI_SANS,
  INVALID_SPIFFE_ID,
  UNKNOWN_TRUST_DOMAIN,
  EXPIRED,
  NOT_YET_VALID,
  LEAF_IS_CA,
  KEY_USAGE,
  EXTENDED_KEY_USAGE,
  CRITICAL_EXTENSION,
  ISSUER_NOT_CA,
  PATH_LENGTH,
  NAME_CONSTRAINTS,
  WEAK_KEY,
  WEAK_SIGNATURE,
  BAD_SIGNATURE,
  UNTRUSTED
}
