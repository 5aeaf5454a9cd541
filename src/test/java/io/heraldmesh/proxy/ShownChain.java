package io.heraldmesh.proxy;

import io.heraldmesh.identity.Pem;
import java.math.BigInteger;
import java.net.Socket;
import java.security.KeyPair;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows these bytes as its certificate chain, whatever they are, and signs with this key, whether
 * it fits or not. The TLS library that uses it never reads the certificates.
 */
final class ShownChain extends X509ExtendedKeyManager {
  private static final String ALIAS = "shown";

  private final X509Certificate[] chain;
  private final PrivateKey key;

  ShownChain(List<byte[]> ders, KeyPair keys) {
    this.chain =
        ders.stream().map(der -> new Raw(der, keys.getPublic())).toArray(X509Certificate[]::new);
    this.key = keys.getPrivate();
  }

  static ShownChain ofPem(String pem, KeyPair keys) {
    return new ShownChain(
        Pem.read(pem, Pem.Text.ALLOWED).stream().map(Pem.Block::der).toList(), keys);
  }

  @Override
  public String[] getClientAliases(String keyType, Principal[] issuers) {
    return new String[] {ALIAS};
  }

  @Override
  public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
    return ALIAS;
  }

  @Override
  public String[] getServerAliases(String keyType, Principal[] issuers) {
    return new String[] {ALIAS};
  }

  @Override
  public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
    return fits(keyType) ? ALIAS : null;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal[] issuers, SSLEngine engine) {
    return fits(keyType) ? ALIAS : null;
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return chain.clone();
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return key;
  }

  private boolean fits(String keyType) {
    return keyType.equals(key.getAlgorithm());
  }

  /** Bytes that pass for a certificate; only they and the key are asked for. */
  private static final class Raw extends X509Certificate {
    private static final long serialVersionUID = 1L;

    private final byte[] der;
    private final PublicKey key;

    Raw(byte[] der, PublicKey key) {
      this.der = der;
      this.key = key;
    }

    @Override
    public byte[] getEncoded() {
      return der.clone();
    }

    @Override
    public PublicKey getPublicKey() {
      return key;
    }

    @Override
    public String toString() {
      return "Raw[" + der.length + " bytes]";
    }

    @Override
    public void verify(PublicKey issuer) {}

    @Override
    public void verify(PublicKey issuer, String provider) {}

    @Override
    public void checkValidity() {}

    @Override
    public void checkValidity(Date date) {}

    @Override
    public int getVersion() {
      return 3;
    }

    @Override
    public BigInteger getSerialNumber() {
      return BigInteger.ONE;
    }

    @Override
    @Deprecated
    public Principal getIssuerDN() {
      throw new UnsupportedOperationException();
    }

    @Override
    @Deprecated
    public Principal getSubjectDN() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Date getNotBefore() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Date getNotAfter() {
      throw new UnsupportedOperationException();
    }

    @Override
    public byte[] getTBSCertificate() {
      throw new UnsupportedOperationException();
    }

    @Override
    public byte[] getSignature() {
      throw new UnsupportedOperationException();
    }

    @Override
    public String getSigAlgName() {
      return "SHA256withECDSA";
    }

    @Override
    public String getSigAlgOID() {
      return "1.2.840.10045.4.3.2";
    }

    @Override
    public byte @Nullable [] getSigAlgParams() {
      return null;
    }

    @Override
    public boolean @Nullable [] getIssuerUniqueID() {
      return null;
    }

    @Override
    public boolean @Nullable [] getSubjectUniqueID() {
      return null;
    }

    @Override
    public boolean @Nullable [] getKeyUsage() {
      return null;
    }

    @Override
    public int getBasicConstraints() {
      return -1;
    }

    @Override
    public @Nullable Set<String> getCriticalExtensionOIDs() {
      return null;
    }

    @Override
    public @Nullable Set<String> getNonCriticalExtensionOIDs() {
      return null;
    }

    @Override
    public byte @Nullable [] getExtensionValue(String oid) {
      return null;
    }

    @Override
    public boolean hasUnsupportedCriticalExtension() {
      return false;
    }
  }
}
