package io.heraldmesh.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.ContentSigner;

/** Hands the signed part of a certificate to a function. */
final class FuzzSigner implements ContentSigner {
  private final ByteArrayOutputStream tbs = new ByteArrayOutputStream();
  private final UnaryOperator<byte[]> sign;

  FuzzSigner(UnaryOperator<byte[]> sign) {
    this.sign = sign;
  }

  @Override
  public AlgorithmIdentifier getAlgorithmIdentifier() {
    return new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
  }

  @Override
  public OutputStream getOutputStream() {
    return tbs;
  }

  @Override
  public byte[] getSignature() {
    return sign.apply(tbs.toByteArray());
  }
}
