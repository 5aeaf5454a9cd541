package io.heraldmesh.cli;

import io.heraldmesh.PostgresServer;
import io.heraldmesh.ca.Authority;
import io.heraldmesh.ca.AuthorityStore;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.store.PostgresSettings;
import io.heraldmesh.store.Registration;
import io.heraldmesh.store.Store;
import io.heraldmesh.store.sql.PostgresStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What several control nodes over one PostgreSQL need in a folder: files, authority, policy. */
final class ControlNodeFiles {
  private static final TrustDomain TD = new TrustDomain("mesh.test");

  private final Path folder;
  private final List<String> names;
  private final List<String> guests;
  private final PostgresServer postgres = PostgresServer.shared();
  private final String schema = postgres.settings().schema();

  /**
   * @param guests members whose address nobody knows
   */
  ControlNodeFiles(Path folder, List<String> names, List<String> guests) {
    this.folder = folder;
    this.names = names;
    this.guests = guests;
  }

  /** With the policy that calls to shop must be of the mesh. */
  Authority prepare(List<Registration> registrations) throws IOException {
    secret("passphrase", "a passphrase of the tests\n");
    secret("password", PostgresServer.PASSWORD + "\n");
    Authority authority =
        AuthorityStore.at(folder.resolve("authority.p12"), folder.resolve("passphrase"))
            .openOrCreate(TD, InstantSource.system(), Crypto.preferred(), new SecureRandom())
            .authority();
    Files.createDirectories(folder.resolve("resources"));
    mode("STRICT");
    try (Store store = PostgresStore.open(database())) {
      registrations.forEach(store.registrations()::add);
    }
    return authority;
  }

  /** What all of them share. */
  PostgresSettings database() {
    return postgres.settings(schema);
  }

  private void secret(String name, String text) throws IOException {
    Path file =
        Files.createFile(
            folder.resolve(name),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
  }

  /** From now on {@code mode} is the policy. */
  void mode(String mode) throws IOException {
    Path next = folder.resolve("next.yaml");
    Files.writeString(
        next,
        """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: shop}
        spec: {mtls: {mode: %s}}
        """
            .formatted(mode));
    Files.move(
        next,
        folder.resolve("resources").resolve("mesh.yaml"),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
  }

  /** On loopback, at these ports. */
  Path nodeFile(String name, List<Integer> ports) throws IOException {
    String members =
        IntStream.range(0, names.size())
            .mapToObj(i -> "{name: " + names.get(i) + ", address: 127.0.0.1:" + ports.get(i) + "}")
            .collect(Collectors.joining(", "));
    return nodeFile(name, "127.0.0.1:" + ports.get(names.indexOf(name)), members, "");
  }

  /**
   * Where members find each other in another way.
   *
   * @param config of Hazelcast
   */
  Path nodeFile(String name, String listen, Path config) throws IOException {
    String members =
        names.stream().map(one -> "{name: " + one + "}").collect(Collectors.joining(", "));
    return nodeFile(name, listen, members, ", config: " + config);
  }

  private Path nodeFile(String name, String listen, String members, String config)
      throws IOException {
    String others =
        guests.stream().map(one -> ", {name: " + one + "}").collect(Collectors.joining());
    return Files.writeString(
        folder.resolve(name + ".yaml"),
        """
        apiVersion: herald.io/v1alpha1
        kind: Node
        metadata: {name: %1$s}
        spec:
          roles: [ca, config]
          trustDomain: mesh.test
          stateDir: %2$s/state-%1$s
          resources: %2$s/resources
          authority: {keyStore: %2$s/authority.p12, passphraseFile: %2$s/passphrase}
          database:
            postgres:
              url: postgresql://%3$s/postgres
              schema: %4$s
              user: herald
              passwordFile: %2$s/password
              connections: 3
              tls: {disabled: true}
          cluster: {listen: "%5$s", eventBus: {listen: "%8$s:0"}, members: [%6$s]%7$s}
          health: {listen: "127.0.0.1:0"}
          metrics: {listen: "127.0.0.1:0"}
          eventLoops: 1
        """
            .formatted(
                name,
                folder,
                postgres.host(),
                schema,
                listen,
                members + others,
                config,
                listen.substring(0, listen.lastIndexOf(':'))));
  }
}
