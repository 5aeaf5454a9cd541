package io.heraldmesh.enrol;

import io.heraldmesh.bus.ByteString;

/**
 * What a caller without a certificate of the mesh asks for: an identity of Herald's own.
 *
 * @param csr PKCS#10 in DER; only its key is used, and what binds it to a token
 */
public record EnrolRequest(Proof proof, ByteString csr) {}
