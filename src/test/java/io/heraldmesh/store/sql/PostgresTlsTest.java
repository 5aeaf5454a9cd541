package io.heraldmesh.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.heraldmesh.Ipv6;
import io.heraldmesh.OutsideAuthority;
import io.heraldmesh.PostgresServer;
import io.heraldmesh.store.PostgresSettings;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.StoreException;
import io.heraldmesh.store.StoreException.Reason;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom a control node gives its database password. */
class PostgresTlsTest {
  private final OutsideAuthority authority = new OutsideAuthority("database authority");

  @TempDir Path folder;

  @Test
  void aServerOfTheRootAndTheNameIsUsedOverTls() throws Exception {
    try (PostgresServer server = server("127.0.0.1");
        Database database =
            PostgresStore.database(settings(server, roots()), PostgresSource.Client.NODE)) {
      boolean encrypted =
          database.read(
              connection ->
                  Sql.first(
                          connection,
                          "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
                          row -> row.getBoolean("ssl"))
                      .orElseThrow());
      assertThat(encrypted).isTrue();
    }
  }

  /** The address as the node file's reader hands it over. */
  @Test
  void aServerAtAnIpv6AddressIsKnownByIt() throws Exception {
    Ipv6.assumeThere();
    try (PostgresServer server = server("::1", "listen_addresses=127.0.0.1,::1")) {
      String port = server.host().substring(server.host().lastIndexOf(':'));
      open(settings("[0:0:0:0:0:0:0:1]" + port, roots()));
    }
  }

  @Test
  void aServerOfAnotherRootIsRefused() throws Exception {
    Path other = new OutsideAuthority("another").rootFile(folder.resolve("other.pem"));
    try (PostgresServer server = server("127.0.0.1")) {
      refused(settings(server, other), "certificate is not believed", "tls.roots");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.2", "db.example", "127.0.0.1.example"})
  void aServerOfAnotherNameIsRefused(String name) throws Exception {
    try (PostgresServer server = server(name)) {
      refused(settings(server, roots()), "certificate is not believed", "the name in url");
    }
  }

  @Test
  void aServerWithoutTlsIsRefused() throws Exception {
    refused(settings(PostgresServer.shared(), roots()), "refuses this connection", "SSL");
  }

  private static void refused(PostgresSettings settings, String... words) {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> open(settings))
        .withMessageContainingAll(words)
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.FAILED));
  }

  private static void open(PostgresSettings settings) {
    try (Store store = PostgresStore.open(settings)) {
      assertThat(store.shared()).isTrue();
    }
  }

  private Path roots() throws IOException {
    return authority.rootFile(folder.resolve("roots.pem"));
  }

  private static PostgresSettings settings(PostgresServer server, Path roots) {
    return settings(server.host(), roots);
  }

  private static PostgresSettings settings(String host, Path roots) {
    return new PostgresSettings(
        List.of(host),
        "postgres",
        "public",
        PostgresServer.USER,
        () -> PostgresServer.PASSWORD,
        true,
        roots,
        2);
  }

  private PostgresServer server(String name, String... more) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path certificate = folder.resolve("server.pem");
    Path key = folder.resolve("server-key.pem");
    authority.issue("database", name).write(certificate, key);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    ownedByServer(key);
    return PostgresServer.start(
        Stream.concat(
                Stream.of("ssl=on", "ssl_cert_file=" + certificate, "ssl_key_file=" + key),
                Stream.of(more))
            .toArray(String[]::new));
  }

  /** Where it runs as a user of its own. */
  private static void ownedByServer(Path key) throws IOException {
    try {
      Files.setOwner(
          key,
          key.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postgres"));
    } catch (FileSystemException e) {
      assertThat(System.getProperty("user.name")).isNotEqualTo("root");
    }
  }
}
