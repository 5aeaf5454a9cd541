package io.heraldmesh.cli;

import io.heraldmesh.ca.IssuerFolder;
import io.heraldmesh.ca.OfflineRoot;
import io.heraldmesh.ca.RootFile;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;

/** A folder {@code cacerts} in which root and intermediate are replaced by others, all at once. */
final class ChangingAuthority {
  /** A new root comes, signs, and the one before goes: so often the node says what is in force. */
  static final int STEPS = 3;

  private static final char[] PASSPHRASE = "the passphrase of a test".toCharArray();

  private final TrustDomain trustDomain;
  private final Path link;
  private final SecureRandom random = new SecureRandom();
  private int made;

  ChangingAuthority(TrustDomain trustDomain, Path link) throws IOException {
    this.trustDomain = trustDomain;
    this.link = link;
    point();
  }

  /** How often it was replaced. */
  int replaced() {
    return made - 1;
  }

  void replace() throws IOException {
    point();
  }

  /** To a folder with everything new. */
  private void point() throws IOException {
    Path whole = link.resolveSibling(link.getFileName() + "-" + made++);
    new IssuerFolder(whole)
        .sign(root(whole), Duration.ofDays(30), Instant.now(), Crypto.preferred(), random);
    Path fresh = link.resolveSibling(link.getFileName() + ".new");
    Files.createSymbolicLink(fresh, whole);
    Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private OfflineRoot root(Path whole) {
    Path file = whole.resolveSibling(whole.getFileName() + ".root");
    Instant now = Instant.now();
    Crypto crypto = Crypto.preferred();
    var _ = RootFile.create(file, PASSPHRASE, trustDomain, now, crypto, random);
    return RootFile.open(file, PASSPHRASE, now, crypto);
  }
}
