package io.heraldmesh.ca;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.PrivateKeyPem;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * An authority that somebody else made, in the files of Istio's secret {@code cacerts}: {@code
 * ca-cert.pem}, {@code ca-key.pem}, {@code cert-chain.pem}, {@code root-cert.pem}; or {@code
 * tls.crt}, {@code tls.key}, {@code ca.crt}, which win when {@code tls.crt} is there.
 */
public final class CacertsFolder {
  private static final long MAX_BYTES = 1024 * 1024;

  private final Path folder;

  public CacertsFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Reads the files and checks that they fit together and can issue for {@code trustDomain} now.
   * Blocks for the disk.
   *
   * @throws AuthorityException naming the file, what is wrong and what to do
   */
  public Authority load(
      TrustDomain trustDomain, InstantSource clock, Crypto crypto, SecureRandom random) {
    boolean tls = Files.exists(folder.resolve("tls.crt"));
    Path certFile = folder.resolve(tls ? "tls.crt" : "ca-cert.pem");
    Path keyFile = folder.resolve(tls ? "tls.key" : "ca-key.pem");
    Path chainFile = folder.resolve(tls ? "tls.crt" : "cert-chain.pem");
    Path rootFile = folder.resolve(tls ? "ca.crt" : "root-cert.pem");
    Instant now = clock.instant();

    X509Certificate issuer = certificates(certFile).getFirst();
    AuthorityCheck.requireIssuer(issuer, certFile.toString(), now);
    PrivateKey key =
        AuthorityCheck.requireKey(
            key(keyFile, crypto), issuer, keyFile.toString(), certFile.toString(), crypto);
    List<X509Certificate> roots = new ArrayList<>(certificates(rootFile));
    List<X509Certificate> chain =
        chain(issuer, certificates(chainFile), roots, chainFile, rootFile);
    X509Certificate root = chain.removeLast();
    // The issuer's root first; the others are trusted as well, as while roots are changed.
    roots.remove(root);
    roots.addFirst(root);
    for (X509Certificate certificate : chain) {
      AuthorityCheck.requireIssuer(certificate, chainFile.toString(), now);
    }
    AuthorityCheck.requireIssuer(root, rootFile.toString(), now);
    return AuthorityCheck.requireIssues(
        trustDomain,
        new AuthorityMaterial(issuer, key, chain, roots, null),
        chainFile.toString(),
        crypto,
        random,
        now);
  }

  /** What it may be read from, there or not. */
  public List<Path> files() {
    return Stream.of(
            "tls.crt",
            "tls.key",
            "ca.crt",
            "ca-cert.pem",
            "ca-key.pem",
            "cert-chain.pem",
            "root-cert.pem")
        .map(folder::resolve)
        .toList();
  }

  /** From the issuer up to and with its root; the file may hold them in any order, and the root. */
  private static List<X509Certificate> chain(
      X509Certificate issuer,
      List<X509Certificate> given,
      List<X509Certificate> roots,
      Path chainFile,
      Path rootFile) {
    List<X509Certificate> chain = new ArrayList<>(List.of(issuer));
    while (!roots.contains(chain.getLast())) {
      X509Certificate last = chain.getLast();
      X509Certificate next = null;
      for (List<X509Certificate> candidates : List.of(roots, given)) {
        for (X509Certificate candidate : candidates) {
          if (next == null && !chain.contains(candidate) && signed(last, candidate)) {
            next = candidate;
          }
        }
      }
      if (next == null) {
        throw new AuthorityException(
            chainFile
                + ": no certificate here or in "
                + rootFile
                + " signed \""
                + last.getSubjectX500Principal()
                + "\"; the chain must lead to a root");
      }
      chain.add(next);
    }
    return chain;
  }

  private static boolean signed(X509Certificate certificate, X509Certificate issuer) {
    if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
      return false;
    }
    try {
      certificate.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static PrivateKey key(Path file, Crypto crypto) {
    try {
      return PrivateKeyPem.parse(text(file), crypto);
    } catch (InvalidCertificate e) {
      throw new AuthorityException(file + ": " + e.getMessage(), e);
    }
  }

  private static List<X509Certificate> certificates(Path file) {
    TrustDomain any = new TrustDomain("any");
    try {
      return TrustBundle.fromPem(any, text(file)).of(any);
    } catch (InvalidCertificate e) {
      throw new AuthorityException(file + ": " + e.getMessage(), e);
    }
  }

  private static String text(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new AuthorityException(file + ": is over " + MAX_BYTES + " bytes");
      }
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new AuthorityException(file + ": is missing; the folder needs all of its files", e);
    } catch (IOException e) {
      throw new AuthorityException(
          file + ": cannot be read (" + e.getClass().getSimpleName() + "); check permissions", e);
    }
  }
}
