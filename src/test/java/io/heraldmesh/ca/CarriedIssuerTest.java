package io.heraldmesh.ca;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.FakeClock;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An intermediate is made where the root is and carried to its control node, where the commands
 * that change it go on with what the node uses.
 */
@Timeout(60)
class CarriedIssuerTest {
  private static final TrustDomain MESH = new TrustDomain("mesh.test");
  private static final Duration YEAR = Duration.ofDays(365);

  private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final Crypto crypto = Crypto.preferred();
  private final SecureRandom random = new SecureRandom();
  private final OfflineRoot root = root();
  private final OfflineRoot next = root();

  @TempDir Path folder;

  @Test
  void withItsLinksFollowedItsRootIsChangedInSteps() throws IOException {
    sign("made", root);
    carryFollowingLinks("made", "node");
    assertThat(folder.resolve("node/..data")).isDirectory();
    assertThat(shown("node")).isEqualTo(used("node").issuer());

    assertThat(at("node").addRoot(next.certificate(), clock.instant())).isTrue();
    assertThat(used("node").bundle().of(MESH))
        .containsExactly(root.certificate(), next.certificate());

    X509Certificate fresh = sign("node", next);
    assertThat(used("node").issuer()).isEqualTo(fresh);
    assertThat(shown("node")).isEqualTo(fresh);
    assertThat(sets("node")).hasSize(2);
  }

  @Test
  void itsFilesCarriedAnewAreWhatIsShownAndGoneOnWith() throws IOException {
    sign("made", root);
    carryFollowingLinks("made", "node");
    X509Certificate fresh = sign("made", root);
    for (String name : List.of("ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem")) {
      Files.copy(
          folder.resolve("made").resolve(name),
          folder.resolve("node").resolve(name),
          StandardCopyOption.REPLACE_EXISTING);
    }
    assertThat(used("node").issuer()).isEqualTo(fresh);
    assertThat(shown("node")).isEqualTo(fresh);

    assertThat(at("node").addRoot(next.certificate(), clock.instant())).isTrue();
    assertThat(used("node").issuer()).isEqualTo(fresh);
  }

  @Test
  void withItsLinksKeptItComesBesideTheKeyThatNeverTravelled() throws IOException {
    String request = at("node").request(crypto, random);
    at("made").signFor(request, root, YEAR, clock.instant(), crypto, random);
    carryKeepingLinks("made", "node");
    assertThat(folder.resolve("node/..data/ca-key.pem")).doesNotExist();

    assertThat(at("node").addRoot(next.certificate(), clock.instant())).isTrue();
    assertThat(used("node").bundle().of(MESH)).hasSize(2);
    X509Certificate again =
        at("node").signFor(request, next, YEAR, clock.instant(), crypto, random);
    assertThat(used("node").issuer()).isEqualTo(again);
  }

  private OfflineRoot root() {
    NewAuthority.Root made = NewAuthority.root(MESH, clock.instant(), crypto, random);
    return new OfflineRoot(MESH, made.certificate(), made.key());
  }

  private IssuerFolder at(String name) {
    return new IssuerFolder(folder.resolve(name));
  }

  private X509Certificate sign(String name, OfflineRoot by) {
    return at(name).sign(by, YEAR, clock.instant(), crypto, random);
  }

  /** By {@code herald ca show}. */
  private X509Certificate shown(String name) {
    return at(name).issuer();
  }

  /** By a control node. */
  private Authority used(String name) {
    return new CacertsFolder(folder.resolve(name)).load(MESH, clock, crypto, random);
  }

  private List<Path> sets(String name) throws IOException {
    try (Stream<Path> entries = Files.list(folder.resolve(name))) {
      return entries.filter(one -> one.getFileName().toString().startsWith("..set-")).toList();
    }
  }

  /** As {@code scp -r} and {@code cp -rL} do. */
  private void carryFollowingLinks(String from, String to) throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve(from), FileVisitOption.FOLLOW_LINKS)) {
      copy(all.toList(), from, to);
    }
  }

  /** As {@code cp -a}, {@code tar} and {@code rsync -a} do. */
  private void carryKeepingLinks(String from, String to) throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve(from))) {
      copy(all.toList(), from, to, LinkOption.NOFOLLOW_LINKS);
    }
  }

  private void copy(List<Path> all, String from, String to, CopyOption... how) throws IOException {
    for (Path one : all) {
      Path target = folder.resolve(to).resolve(folder.resolve(from).relativize(one).toString());
      if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        Files.copy(one, target, how);
      }
    }
  }
}
