package io.heraldmesh.ca;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TrustDomain;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an authority that was made here in an encrypted PKCS#12 key store (0600). What is there is
 * never overwritten, but by an intermediate that goes on where the one before ends, under the same
 * root. Blocks for the disk; for start-up, and one thread after it.
 */
public final class AuthorityStore {
  /** The names in the state folder when the operator gives none. */
  static final String KEY_STORE = "authority.p12";

  static final String PASSPHRASE = "authority.passphrase";

  private static final String ISSUER = "issuer";
  private static final String ROOT = "root";
  private static final int MAX_BYTES = 1024 * 1024;

  /** Opening a key store costs some ten milliseconds, on purpose. */
  private static final Duration NEXT_LOOK = Duration.ofHours(1);

  private static final Duration NEXT_TRY = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(AuthorityStore.class);

  /** In this process; of other processes by a lock of the file. */
  private static final Object ONE_AT_A_TIME = new Object();

  private final Path keyStore;
  private final Path passphraseFile;
  private final boolean ownPassphrase;
  private @Nullable Instant lookedAt;
  private @Nullable AuthorityException unrenewed;

  private AuthorityStore(Path keyStore, Path passphraseFile, boolean ownPassphrase) {
    this.keyStore = keyStore;
    this.passphraseFile = passphraseFile;
    this.ownPassphrase = ownPassphrase;
  }

  /**
   * @param created the authority is new: peers must be given its root
   * @param passphraseBeside key and passphrase lie together in the state folder: the operator must
   *     be warned
   */
  public record Opened(Authority authority, boolean created, boolean passphraseBeside) {}

  /**
   * A store in the operator's places.
   *
   * @param keyStore made on first use
   * @param passphraseFile must exist, be 0600 or stricter and belong to this process's user
   */
  public static AuthorityStore at(Path keyStore, Path passphraseFile) {
    return new AuthorityStore(keyStore, passphraseFile, false);
  }

  /** A store in the node's state folder, with a passphrase of its own beside it. */
  public static AuthorityStore in(Path stateDir) {
    return new AuthorityStore(stateDir.resolve(KEY_STORE), stateDir.resolve(PASSPHRASE), true);
  }

  /**
   * Opens the authority, or makes one when there is no key store. An intermediate that is past its
   * middle is renewed first; one that can still sign is opened also where that fails.
   *
   * @throws AuthorityException when the files cannot be used (missing, open to others, wrong
   *     passphrase, damaged, of another trust domain, expired, not writable); nothing was changed
   */
  public Opened openOrCreate(
      TrustDomain trustDomain, InstantSource clock, Crypto crypto, SecureRandom random) {
    boolean there = Files.exists(keyStore);
    if (!there && ownPassphrase && !Files.exists(passphraseFile)) {
      Passphrase.create(passphraseFile, random);
    }
    char[] passphrase = Passphrase.read(passphraseFile);
    try {
      Authority authority =
          there
              ? openRenewed(passphrase, trustDomain, clock, crypto, random)
              : create(passphrase, trustDomain, clock, crypto, random);
      return new Opened(authority, !there, ownPassphrase);
    } finally {
      Arrays.fill(passphrase, '\0');
    }
  }

  /**
   * Opens the authority that was there before; makes none.
   *
   * @throws AuthorityException when the files cannot be used, or are gone
   */
  public Authority reopen(
      TrustDomain trustDomain, InstantSource clock, Crypto crypto, SecureRandom random) {
    char[] passphrase = Passphrase.read(passphraseFile);
    try {
      return open(passphrase, trustDomain, clock.instant(), crypto, random);
    } finally {
      Arrays.fill(passphrase, '\0');
    }
  }

  /**
   * Has the root sign a new intermediate when half of a year is left to the one that is there. To
   * be called often; looks at the files each hour.
   *
   * @throws AuthorityException when it is time and the key store cannot be read or written; what is
   *     there stays. Tried again a minute later, and thrown anew until then
   */
  public synchronized void renew(
      TrustDomain trustDomain, InstantSource clock, Crypto crypto, SecureRandom random) {
    Instant now = clock.instant();
    Instant last = lookedAt;
    if (last != null
        && Duration.between(last, now).abs().compareTo(unrenewed == null ? NEXT_LOOK : NEXT_TRY)
            < 0) {
      if (unrenewed != null) {
        throw unrenewed;
      }
      return;
    }
    lookedAt = now;
    try {
      char[] passphrase = Passphrase.read(passphraseFile);
      try {
        renew(passphrase, trustDomain, now, crypto, random);
      } finally {
        Arrays.fill(passphrase, '\0');
      }
      unrenewed = null;
    } catch (AuthorityException e) {
      unrenewed = e;
      throw e;
    }
  }

  private Authority openRenewed(
      char[] passphrase,
      TrustDomain trustDomain,
      InstantSource clock,
      Crypto crypto,
      SecureRandom random) {
    AuthorityException failed = null;
    try {
      renew(passphrase, trustDomain, clock.instant(), crypto, random);
    } catch (AuthorityException e) {
      failed = e;
    }
    try {
      Authority opened = open(passphrase, trustDomain, clock.instant(), crypto, random);
      if (failed != null) {
        LOG.warn(
            "authority not renewed, it ends at {}: {}", opened.notAfter(), failed.getMessage());
      }
      return opened;
    } catch (AuthorityException e) {
      throw failed == null ? e : failed;
    }
  }

  /** Several control nodes may have one key store: one of them renews it, the others see that. */
  private void renew(
      char[] passphrase, TrustDomain trustDomain, Instant now, Crypto crypto, SecureRandom random) {
    KeyStore store = load(passphrase);
    if (!NewAuthority.isDue(certificate(store, ISSUER), certificate(store, ROOT), now)) {
      return;
    }
    synchronized (ONE_AT_A_TIME) {
      try (FileChannel channel = FileChannel.open(keyStore.toRealPath(), StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (lock.isValid()) {
          renewAlone(passphrase, trustDomain, now, crypto, random);
        }
      } catch (IOException e) {
        throw new AuthorityException(keyStore + ": key store cannot be renewed", e);
      }
    }
  }

  private void renewAlone(
      char[] passphrase, TrustDomain trustDomain, Instant now, Crypto crypto, SecureRandom random) {
    KeyStore store = load(passphrase);
    X509Certificate root = certificate(store, ROOT);
    X509Certificate issuer = certificate(store, ISSUER);
    if (!NewAuthority.isDue(issuer, root, now)) {
      return;
    }
    requireTrustDomain(root, trustDomain);
    AuthorityCheck.requireIssuer(root, keyStore + " (root)", now);
    PrivateKey rootKey = key(store, ROOT, passphrase, root, crypto);
    KeyPair keys = NewAuthority.keys(crypto, random);
    X509Certificate next =
        NewAuthority.successor(
            trustDomain, keys.getPublic(), issuer, root, rootKey, now, crypto, random);
    var _ =
        AuthorityCheck.requireIssues(
            trustDomain,
            new AuthorityMaterial(next, keys.getPrivate(), List.of(next), List.of(root), rootKey),
            keyStore.toString(),
            crypto,
            random,
            now);
    try {
      store.setKeyEntry(ISSUER, keys.getPrivate(), passphrase, new Certificate[] {next, root});
      PrivateFile.replace(keyStore, bytes(store, passphrase), "key store");
    } catch (GeneralSecurityException | IOException e) {
      throw new AuthorityException(keyStore + ": key store cannot be renewed", e);
    }
    LOG.info(
        "authority renewed under the same root before={} notAfter={}",
        issuer.getNotAfter().toInstant(),
        next.getNotAfter().toInstant());
  }

  /** What it is read from. */
  public List<Path> files() {
    return List.of(keyStore, passphraseFile);
  }

  private Authority create(
      char[] passphrase,
      TrustDomain trustDomain,
      InstantSource clock,
      Crypto crypto,
      SecureRandom random) {
    Authority authority = Authority.create(trustDomain, clock, crypto, random);
    AuthorityMaterial made = authority.material();
    X509Certificate root = made.roots().getFirst();
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          ROOT, Objects.requireNonNull(made.rootKey()), passphrase, new Certificate[] {root});
      store.setKeyEntry(
          ISSUER, made.issuerKey(), passphrase, new Certificate[] {made.issuer(), root});
      PrivateFile.create(keyStore, bytes(store, passphrase), "key store");
      return authority;
    } catch (GeneralSecurityException | IOException e) {
      throw new AuthorityException(keyStore + ": key store cannot be made", e);
    }
  }

  private static byte[] bytes(KeyStore store, char[] passphrase)
      throws GeneralSecurityException, IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    store.store(out, passphrase);
    return out.toByteArray();
  }

  private Authority open(
      char[] passphrase, TrustDomain trustDomain, Instant now, Crypto crypto, SecureRandom random) {
    KeyStore store = load(passphrase);
    X509Certificate root = certificate(store, ROOT);
    X509Certificate issuer = certificate(store, ISSUER);
    requireTrustDomain(root, trustDomain);
    AuthorityCheck.requireIssuer(root, keyStore + " (root)", now);
    AuthorityCheck.requireIssuer(issuer, keyStore + " (issuer)", now);
    PrivateKey rootKey = key(store, ROOT, passphrase, root, crypto);
    PrivateKey issuerKey = key(store, ISSUER, passphrase, issuer, crypto);
    return AuthorityCheck.requireIssues(
        trustDomain,
        new AuthorityMaterial(issuer, issuerKey, List.of(issuer), List.of(root), rootKey),
        keyStore.toString(),
        crypto,
        random,
        now);
  }

  private KeyStore load(char[] passphrase) {
    byte[] bytes = PrivateFile.read(keyStore, "key store", MAX_BYTES);
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(new ByteArrayInputStream(bytes), passphrase);
      return store;
    } catch (IOException e) {
      throw e.getCause() instanceof UnrecoverableKeyException
          ? new AuthorityException(
              keyStore
                  + ": the passphrase in "
                  + passphraseFile
                  + " does not open this key store; give the one it was made with",
              e)
          : damaged(e);
    } catch (GeneralSecurityException | RuntimeException e) {
      throw damaged(e);
    }
  }

  private X509Certificate certificate(KeyStore store, String entry) {
    try {
      if (store.getCertificate(entry) instanceof X509Certificate certificate) {
        return certificate;
      }
      throw damaged(null);
    } catch (GeneralSecurityException e) {
      throw damaged(e);
    }
  }

  private PrivateKey key(
      KeyStore store, String entry, char[] passphrase, X509Certificate certificate, Crypto crypto) {
    try {
      if (store.getKey(entry, passphrase) instanceof PrivateKey key) {
        String where = keyStore + " (" + entry + ")";
        return AuthorityCheck.requireKey(key, certificate, where, where, crypto);
      }
      throw damaged(null);
    } catch (GeneralSecurityException e) {
      throw damaged(e);
    }
  }

  /** The root says in its SPIFFE ID which trust domain it was made for. */
  private void requireTrustDomain(X509Certificate root, TrustDomain trustDomain) {
    try {
      var names = root.getSubjectAlternativeNames();
      String expected = "spiffe://" + trustDomain;
      if (names == null || names.stream().noneMatch(n -> expected.equals(n.get(1)))) {
        throw new AuthorityException(
            keyStore
                + ": this authority was made for another trust domain than "
                + trustDomain
                + "; correct the trust domain, or move the key store away");
      }
    } catch (GeneralSecurityException e) {
      throw damaged(e);
    }
  }

  private AuthorityException damaged(@Nullable Exception cause) {
    String message = keyStore + ": key store is damaged or not Herald's; restore it from a backup";
    return cause == null ? new AuthorityException(message) : new AuthorityException(message, cause);
  }
}
