package io.heraldmesh.credentials;

import io.heraldmesh.bus.CaService.NumberedRoots;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.KeyMatch;
import io.heraldmesh.identity.PemFolder;
import io.heraldmesh.identity.PrivateKeyPem;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A node's own identity on disk, in {@code <stateDir>/node}: {@code key.pem} (0600), {@code
 * cert-chain.pem}, {@code root-cert.pem} and, in {@code roots-number}, since when those roots are
 * in force. The four change together or not at all; beside them stands by what it joined. Blocks
 * for the disk; for one writer at a time, as stateDir is.
 */
public final class NodeIdentity {
  /** The folder's name in stateDir. */
  public static final String FOLDER = "node";

  private static final String KEY = "key.pem";
  private static final String CHAIN = "cert-chain.pem";
  private static final String ROOTS = "root-cert.pem";
  private static final String ROOTS_NUMBER = "roots-number";
  private static final String JOINING = "join-key.pem";
  private static final String JOINED_BY = "joined-by";
  private static final long MOST_BYTES = 1 << 20;

  private static final Set<PosixFilePermission> OWNER =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final Path folder;
  private final PemFolder files;

  private NodeIdentity(Path folder) {
    this.folder = folder;
    this.files = new PemFolder(folder);
  }

  /** That of the node with this state. */
  public static NodeIdentity in(Path stateDir) {
    return new NodeIdentity(stateDir.resolve(FOLDER));
  }

  /**
   * What is on disk. It fits together, but nobody has looked whether it is valid now.
   *
   * @param svid of {@code spiffe://<td>/herald/<role>/<name>}
   * @param rootsNumber of the bundle; {@link NumberedRoots#UNKNOWN} when it came with a join, or
   *     from a version that kept none
   */
  public record Held(HeraldSvid svid, TrustBundle bundle, long rootsNumber) {

    /** True: its leaf may be used at {@code now}. */
    public boolean valid(Instant now) {
      X509Certificate leaf = svid.leaf();
      return !now.isBefore(leaf.getNotBefore().toInstant())
          && now.isBefore(leaf.getNotAfter().toInstant());
    }
  }

  /**
   * What the node got when it joined or renewed; empty when it never joined.
   *
   * @throws InvalidCertificate when a file is missing, open to others or wrong, or they do not fit
   *     together; names the file and holds nothing of the key
   */
  public Optional<Held> load(Crypto crypto) {
    if (!Files.exists(folder.resolve(CHAIN), LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    Path set = files.current();
    CertificateChain chain = read(set.resolve(CHAIN), CertificateChain::parsePem);
    SpiffeId id = id(chain.leaf());
    TrustBundle bundle =
        read(set.resolve(ROOTS), pem -> TrustBundle.fromPem(id.trustDomain(), pem));
    PrivateKey key = key(set.resolve(KEY), crypto);
    if (!KeyMatch.fits(key, chain.leaf(), crypto)) {
      throw new InvalidCertificate(
          folder + ": " + KEY + " does not belong to " + CHAIN + "; join again");
    }
    try {
      return Optional.of(
          new Held(
              new HeraldSvid(id, key, chain.certificates()),
              bundle,
              number(set.resolve(ROOTS_NUMBER))));
    } catch (IllegalArgumentException e) {
      throw new InvalidCertificate(folder.resolve(CHAIN) + ": " + e.getMessage(), e);
    }
  }

  /** As {@link #store(Held)}, with roots of which nothing is known but that they are believed. */
  public void store(HeraldSvid svid, TrustBundle bundle) throws IOException {
    store(new Held(svid, bundle, NumberedRoots.UNKNOWN));
  }

  /**
   * Puts this identity in the place of the one before; synced when it returns.
   *
   * @throws IOException when it cannot be written; the one before is whole
   */
  public void store(Held held) throws IOException {
    HeraldSvid svid = held.svid();
    Map<String, String> set = new LinkedHashMap<>();
    set.put(KEY, PrivateKeyPem.write(svid.key()));
    set.put(CHAIN, new CertificateChain(svid.chain()).pem());
    set.put(ROOTS, held.bundle().pem(svid.id().trustDomain()));
    set.put(ROOTS_NUMBER, held.rootsNumber() + "\n");
    files.replace(set);
  }

  /**
   * The key of a join that was begun and not ended, so that it may be tried again with the same
   * one; empty when there is none.
   *
   * @throws InvalidCertificate when it cannot be used; names the file and says what to do
   */
  public Optional<PrivateKey> joiningKey(Crypto crypto) {
    Path file = folder.resolve(JOINING);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      return Optional.of(key(file, crypto));
    } catch (InvalidCertificate e) {
      throw new InvalidCertificate(
          e.getMessage()
              + "; it is of a join that did not end: remove it, and the next one makes another key",
          e);
    }
  }

  /** Keeps the key of a join before it is shown to anybody; synced when it returns. */
  public void beginJoin(PrivateKey key) throws IOException {
    files.writeAlone(JOINING, PrivateKeyPem.write(key));
  }

  /** Forgets the key of the join: it is over. */
  public void endJoin() throws IOException {
    Files.deleteIfExists(folder.resolve(JOINING));
  }

  /**
   * Notes by what the newest key joins; synced when it returns.
   *
   * @param proof one line, which is no secret
   */
  public void noteJoinedBy(String proof) throws IOException {
    files.writeAlone(JOINED_BY, proof + "\n");
  }

  /** What was noted last; empty when nothing that can be read was. */
  public Optional<String> joinedBy() {
    try {
      return Optional.of(text(folder.resolve(JOINED_BY)).strip());
    } catch (InvalidCertificate none) {
      return Optional.empty();
    }
  }

  /** Where it is, for messages. */
  public Path folder() {
    return folder;
  }

  private static PrivateKey key(Path file, Crypto crypto) {
    try {
      if (!OWNER.containsAll(Files.getPosixFilePermissions(file))) {
        throw new InvalidCertificate(
            file + ": others may open this private key; run: chmod 600 " + file);
      }
    } catch (IOException e) {
      throw new InvalidCertificate(file + ": cannot be read: " + e.getClass().getSimpleName());
    }
    return read(file, pem -> PrivateKeyPem.parse(pem, crypto));
  }

  private static <T> T read(Path file, Function<String, T> parse) {
    String text = text(file);
    try {
      return parse.apply(text);
    } catch (InvalidCertificate e) {
      throw new InvalidCertificate(file + ": " + e.getMessage(), e);
    }
  }

  /** Without it the node does as it did at first: it takes the roots that it is told next. */
  private static long number(Path file) {
    try {
      return Math.max(NumberedRoots.UNKNOWN, Long.parseLong(text(file).strip()));
    } catch (InvalidCertificate | NumberFormatException none) {
      return NumberedRoots.UNKNOWN;
    }
  }

  private static String text(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new InvalidCertificate(file + ": over " + MOST_BYTES + " bytes");
      }
      return Files.readString(file, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new InvalidCertificate(file + ": cannot be read: " + e.getClass().getSimpleName());
    }
  }

  private SpiffeId id(X509Certificate leaf) {
    try {
      var names = leaf.getSubjectAlternativeNames();
      List<String> uris =
          names == null
              ? List.of()
              : names.stream()
                  .filter(n -> Integer.valueOf(6).equals(n.getFirst()))
                  .map(n -> String.valueOf(n.getLast()))
                  .toList();
      if (uris.size() == 1) {
        return SpiffeId.parse(uris.getFirst());
      }
    } catch (CertificateParsingException | InvalidIdentity e) {
      throw new InvalidCertificate(folder.resolve(CHAIN) + ": " + e.getMessage(), e);
    }
    throw new InvalidCertificate(folder.resolve(CHAIN) + ": the leaf has not one SPIFFE ID");
  }
}
