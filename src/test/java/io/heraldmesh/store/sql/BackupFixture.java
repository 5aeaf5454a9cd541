package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.store.AuthorityCertificate;
import io.heraldmesh.store.ImportResult;
import io.heraldmesh.store.ResourceChange;
import io.heraldmesh.store.ResourceChange.Expected;
import io.heraldmesh.store.ResourceKey;
import io.heraldmesh.store.StateSummary;
import io.heraldmesh.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;

/** Databases of both kinds with everything in them, exported to files and imported from them. */
abstract class BackupFixture {
  static final Instant NOW = TestRows.NOW;
  static final Instant LATER = NOW.plusSeconds(86_400);
  static final ResourceKey A = new ResourceKey("v/Kind", "ns", "a");
  static final ResourceKey B = new ResourceKey("v/Kind", "", "b");
  static final String ANN = "spiffe://mesh.test/herald/operator/ann";

  @TempDir Path folder;

  TestDatabase place(String kind, String name) {
    return kind.equals("sqlite")
        ? TestDatabase.sqlite(folder.resolve(name + ".db"))
        : TestDatabase.postgres();
  }

  static void filled(TestDatabase place) throws Exception {
    try (Store store = place.open()) {
      store.authority().claim("mesh.test");
      store.authority().put(root("aa", AuthorityCertificate.Phase.ACTIVE));
      StoreFixture.await(
          store
              .issuanceLog()
              .append(
                  IntStream.range(0, 1200)
                      .mapToObj(i -> TestRows.record(Integer.toString(i)))
                      .toList()));
      StoreFixture.await(store.audit().append(TestRows.event("x")));
      apply(store, A, "1");
      apply(store, A, "2");
      apply(store, B, "1");
      store.resources().apply(List.of(new ResourceChange(B, null, new Expected.Any())), ANN, NOW);
      store.registrations().add(TestRows.registration("gone", "sa"));
      store.registrations().add(TestRows.address("n1", "10.0.0.1"));
      store.registrations().revoke("gone", NOW, NOW.plusSeconds(60), TestRows.event("revoke"));
      store.registrations().add(TestRows.registration("n1", "sa"));
      store.tokens().create(TestRows.token("used", "n2", Set.of("ns/sa"), Set.of("web.example")));
      store.tokens().create(TestRows.token("unused", "n3", Set.of("ns/sa")));
      store.tokens().use(TestRows.hash("used"), "n2", "key", NOW);
    }
  }

  static AuthorityCertificate root(String fingerprint, AuthorityCertificate.Phase phase) {
    return new AuthorityCertificate(
        fingerprint, AuthorityCertificate.Kind.ROOT, phase, "PEM\n", "", NOW);
  }

  static void apply(Store store, ResourceKey key, String content) {
    store
        .resources()
        .apply(List.of(new ResourceChange(key, content, new Expected.Any())), ANN, NOW);
  }

  Path export(TestDatabase place) throws IOException {
    Path file = Files.createTempFile(folder, "state", ".jsonl");
    try (Backup backup = place.toRead();
        var out = Files.newOutputStream(file)) {
      StateSummary summary = backup.export(out, NOW);
      assertThat(summary.trustDomain()).isEqualTo("mesh.test");
    }
    return file;
  }

  static ImportResult importInto(TestDatabase place, Path file, boolean replace, Instant now) {
    try (Backup backup = place.toWrite()) {
      return backup.importFrom(file, replace, now);
    }
  }
}
