package io.heraldmesh.ca;

import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.Csr;
import io.heraldmesh.identity.Fingerprint;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.PemFolder;
import io.heraldmesh.identity.PrivateKeyPem;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A control node's intermediate, written under the names of Istio's {@code cacerts}: {@code
 * ca-cert.pem}, {@code ca-key.pem} (0600), {@code cert-chain.pem}, {@code root-cert.pem}. They
 * change together or not at all. Blocks for the disk; for commands, one at a time.
 *
 * <p>A root is changed in three steps: {@link #addRoot} on every control node, {@link #sign} with
 * the new one, {@link #dropRoot} of the old one. Each refuses to come before its time.
 */
public final class IssuerFolder {
  private static final String CERT = "ca-cert.pem";
  private static final String KEY = "ca-key.pem";
  private static final String CHAIN = "cert-chain.pem";
  private static final String ROOTS = "root-cert.pem";
  private static final List<String> NAMES = List.of(CERT, KEY, CHAIN, ROOTS);

  /** As cert-manager writes them; where they are they stand before the others. */
  private static final String TLS_CERT = "tls.crt";

  private static final String TLS_ROOTS = "ca.crt";

  private final Path folder;
  private final PemFolder files;

  public IssuerFolder(Path folder) {
    this.folder = folder;
    this.files = new PemFolder(folder);
  }

  /**
   * Makes a key here and an intermediate for it, in the place of the one before. Where there are
   * roots already, {@code root} must be one of them.
   *
   * @return the intermediate
   * @throws AuthorityException when {@code root} was not added before, or the files cannot be
   *     written; then nothing has changed
   */
  public X509Certificate sign(
      OfflineRoot root, Duration life, Instant now, Crypto crypto, SecureRandom random) {
    KeyPair keys = NewAuthority.keys(crypto, random);
    X509Certificate issuer = root.intermediate(keys.getPublic(), life, now, crypto, random);
    List<X509Certificate> roots = rootsWith(root);
    AuthorityMaterial material =
        new AuthorityMaterial(issuer, keys.getPrivate(), List.of(issuer), roots, null);
    var _ =
        AuthorityCheck.requireIssues(
            root.trustDomain(), material, folder.toString(), crypto, random, now);
    Map<String, String> set = certificates(issuer, roots);
    set.put(KEY, PrivateKeyPem.write(keys.getPrivate()));
    replace(set);
    return issuer;
  }

  /**
   * Makes a key here, to be signed for elsewhere; what is there already stays.
   *
   * @return the request, a CERTIFICATE REQUEST block
   * @throws AuthorityException when there is a key already
   */
  public String request(Crypto crypto, SecureRandom random) {
    Path key = folder.resolve(KEY);
    if (Files.exists(key, LinkOption.NOFOLLOW_LINKS)) {
      throw new AuthorityException(
          key + ": is there already and is not overwritten; name another folder");
    }
    KeyPair keys = NewAuthority.keys(crypto, random);
    try {
      files.writeAlone(KEY, PrivateKeyPem.write(keys.getPrivate()));
    } catch (IOException e) {
      throw unwritable(e);
    }
    return Csr.pem(Csr.create(keys, crypto));
  }

  /**
   * Writes the certificates for a key that was made elsewhere by {@link #request}; they go beside
   * that key. Where there are roots already, {@code root} must be one of them.
   *
   * @param request a CERTIFICATE REQUEST block; only its key is used
   * @throws AuthorityException when the request is not acceptable, or a key of another is here
   */
  public X509Certificate signFor(
      String request,
      OfflineRoot root,
      Duration life,
      Instant now,
      Crypto crypto,
      SecureRandom random) {
    Csr csr;
    try {
      csr = Csr.parsePem(request, crypto);
    } catch (InvalidCertificate e) {
      throw new AuthorityException(e.getMessage() + "; make one by: herald ca request", e);
    }
    X509Certificate issuer = root.intermediate(csr.publicKey(), life, now, crypto, random);
    Map<String, String> set = certificates(issuer, rootsWith(root));
    Path key = folder.resolve(KEY);
    if (Files.exists(key)) {
      set.put(KEY, requireKeyOf(key, issuer, crypto));
    }
    replace(set);
    return issuer;
  }

  /**
   * The first step: peers are to trust {@code root} too.
   *
   * @return false: it was there
   */
  public boolean addRoot(X509Certificate root, Instant now) {
    AuthorityCheck.requireIssuer(root, "the new root", now);
    requireOurForm();
    List<X509Certificate> roots = new ArrayList<>(certificates(ROOTS));
    if (roots.contains(root)) {
      return false;
    }
    roots.add(root);
    changeRoots(roots);
    return true;
  }

  /**
   * The last step: peers are no longer to trust the root with this fingerprint.
   *
   * @param fingerprint as {@link Fingerprint} writes it
   * @return what was dropped
   * @throws AuthorityException when it is not there, or the intermediate here leads to it
   */
  public X509Certificate dropRoot(Fingerprint fingerprint) {
    requireOurForm();
    List<X509Certificate> roots = new ArrayList<>(certificates(ROOTS));
    X509Certificate old =
        roots.stream()
            .filter(r -> Fingerprint.of(r).equals(fingerprint))
            .findFirst()
            .orElseThrow(
                () ->
                    new AuthorityException(
                        folder.resolve(ROOTS) + ": holds no root with fingerprint " + fingerprint));
    X509Certificate top = certificates(CHAIN).getLast();
    if (top.equals(old) || top.getIssuerX500Principal().equals(old.getSubjectX500Principal())) {
      throw new AuthorityException(
          folder.resolve(CHAIN)
              + ": leads to that root; have a new intermediate signed first (herald ca sign)");
    }
    roots.remove(old);
    changeRoots(roots);
    return old;
  }

  /** What is trusted; the first is not always the issuer's. */
  public List<X509Certificate> roots() {
    return certificates(hasTlsForm() ? TLS_ROOTS : ROOTS);
  }

  /** What signs the leaves. */
  public X509Certificate issuer() {
    return certificates(hasTlsForm() ? TLS_CERT : CERT).getFirst();
  }

  private boolean hasTlsForm() {
    return Files.exists(folder.resolve(TLS_CERT), LinkOption.NOFOLLOW_LINKS);
  }

  private void requireOurForm() {
    if (hasTlsForm()) {
      throw new AuthorityException(
          folder.resolve(TLS_CERT)
              + ": stands before "
              + CERT
              + ", and its roots are those of "
              + TLS_ROOTS
              + "; change them where they are made");
    }
  }

  private void changeRoots(List<X509Certificate> roots) {
    Map<String, String> set = new LinkedHashMap<>();
    for (String name : NAMES) {
      set.put(name, text(name));
    }
    set.put(ROOTS, CertificateChain.pem(roots));
    replace(set);
  }

  private List<X509Certificate> rootsWith(OfflineRoot root) {
    if (hasTlsForm()) {
      throw new AuthorityException(
          folder + ": holds tls.crt, which stands before " + CERT + "; name another folder");
    }
    if (!Files.exists(folder.resolve(ROOTS))) {
      return List.of(root.certificate());
    }
    List<X509Certificate> roots = new ArrayList<>(certificates(ROOTS));
    if (!roots.remove(root.certificate())) {
      throw new AuthorityException(
          folder.resolve(ROOTS)
              + ": does not hold this root, so nobody would trust what it signs; add it on every"
              + " control node first: herald ca rotate add");
    }
    roots.addFirst(root.certificate());
    return roots;
  }

  private static Map<String, String> certificates(
      X509Certificate issuer, List<X509Certificate> roots) {
    Map<String, String> set = new LinkedHashMap<>();
    set.put(CERT, CertificateChain.pem(List.of(issuer)));
    set.put(CHAIN, CertificateChain.pem(List.of(issuer)));
    set.put(ROOTS, CertificateChain.pem(roots));
    return set;
  }

  private String requireKeyOf(Path key, X509Certificate issuer, Crypto crypto) {
    String text = text(KEY);
    try {
      var _ =
          AuthorityCheck.requireKey(
              PrivateKeyPem.parse(text, crypto), issuer, key.toString(), "the request", crypto);
    } catch (InvalidCertificate e) {
      throw new AuthorityException(key + ": " + e.getMessage(), e);
    }
    return text;
  }

  private void replace(Map<String, String> set) {
    try {
      files.replace(set);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private List<X509Certificate> certificates(String name) {
    TrustDomain any = new TrustDomain("any");
    try {
      return TrustBundle.fromPem(any, text(name)).of(any);
    } catch (InvalidCertificate e) {
      throw new AuthorityException(folder.resolve(name) + ": " + e.getMessage(), e);
    }
  }

  private String text(String name) {
    try {
      return Files.readString(files.file(name), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new AuthorityException(
          folder.resolve(name)
              + ": cannot be read ("
              + e.getClass().getSimpleName()
              + "); check the folder and its owner",
          e);
    }
  }

  private AuthorityException unwritable(IOException e) {
    return new AuthorityException(
        folder
            + ": cannot be written ("
            + e.getClass().getSimpleName()
            + "); check owner and permissions of the folder and free space",
        e);
  }
}
