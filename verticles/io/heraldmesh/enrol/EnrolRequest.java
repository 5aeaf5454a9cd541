package io.heraldmesh.enrol;

import io.heraldmesh.bus.ByteString;

/**
 * What a caller without a certificate of the mesh asks for: an identity of Herald's own.
 *
 * @param name of the node that joins; must be the one that the proof is for
 * @param csr PKCS#10 in DER; only its key is used, and what binds it to a token
 */
public record EnrolRequest(String name, Proof proof, ByteString csr) {}
