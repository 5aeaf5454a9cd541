package io.heraldmesh.tls;

import io.heraldmesh.credentials.Credential;
import java.net.Socket;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows one credential. Handed over as it is: going through a key store would cost ten thousand
 * rounds of key derivation for every context.
 */
final class HeldKey extends X509ExtendedKeyManager {
  private static final String ALIAS = "leaf";

  private final PrivateKey key;
  private final X509Certificate[] chain;

  private HeldKey(PrivateKey key, List<X509Certificate> chain) {
    this.key = key;
    this.chain = chain.toArray(new X509Certificate[0]);
  }

  static KeyManagerFactory factory(Credential credential) {
    return factory(credential.key(), credential.chain());
  }

  /** For the JDK's own contexts. */
  static X509ExtendedKeyManager manager(Credential credential) {
    return new HeldKey(credential.key(), credential.chain());
  }

  static KeyManagerFactory factory(PrivateKey key, List<X509Certificate> chain) {
    return new Factory(new Spi(new HeldKey(key, chain)));
  }

  @Override
  public String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
    return ALIAS;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return fits(keyType) ? ALIAS : null;
  }

  @Override
  public String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return ALIAS;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return fits(keyType) ? ALIAS : null;
  }

  @Override
  public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {ALIAS};
  }

  @Override
  public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {ALIAS};
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return chain.clone();
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return key;
  }

  /** Key types come as {@code EC}, {@code RSA} or, for TLS 1.2, as {@code ECDHE_RSA}. */
  private boolean fits(String keyType) {
    return keyType.contains(key.getAlgorithm())
        || key.getAlgorithm().equals("EC") && keyType.contains("ECDSA");
  }

  private static final class Factory extends KeyManagerFactory {
    Factory(Spi spi) {
      super(spi, null, "held");
    }
  }

  private static final class Spi extends KeyManagerFactorySpi {
    private final HeldKey held;

    Spi(HeldKey held) {
      this.held = held;
    }

    @Override
    protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {
      // the credential came with the constructor
    }

    @Override
    protected void engineInit(ManagerFactoryParameters parameters) {
      // the credential came with the constructor
    }

    @Override
    protected KeyManager[] engineGetKeyManagers() {
      return new KeyManager[] {held};
    }
  }
}
