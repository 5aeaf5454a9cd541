package io.heraldmesh.lab;

import io.heraldmesh.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Collectors;

/** The files that the lab is given: certificate of the database, secrets, and node files. */
record LabFiles(Hosts hosts, Path folder) {
  /** Makes the key of the database and a certificate by itself, which the nodes trust. */
  void certificateOfDatabase() throws IOException, InterruptedException {
    Hosts.must(
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=lab database",
        "-addext",
        "subjectAltName=IP:" + hosts.address(LabMesh.DATABASE),
        "-keyout",
        databaseKey().toString(),
        "-out",
        databaseRoots().toString());
    Hosts.must("chmod", "755", folder.toString());
    Hosts.must("chown", "postgres", databaseKey().toString());
    Hosts.must("chmod", "600", databaseKey().toString());
  }

  Path databaseKey() {
    return folder.resolve("db-key.pem");
  }

  Path databaseRoots() {
    return folder.resolve("db-root.pem");
  }

  /** What control nodes and the authority are told in files that nobody else reads. */
  void secrets() throws IOException {
    write(folder.resolve("password"), PostgresServer.PASSWORD + "\n");
    write(folder.resolve("passphrase"), "only for this run\n");
  }

  /** The node file of a control node. */
  String control(String name) {
    String members =
        LabMesh.CONTROL.stream()
            .map(c -> "{name: %s, address: \"%s:5701\"}".formatted(c, hosts.address(c)))
            .collect(Collectors.joining(", "));
    return """
        apiVersion: herald.io/v1alpha1
        kind: Node
        metadata: {name: %1$s}
        spec:
          roles: [ca, config, admin]
          trustDomain: %2$s
          stateDir: state
          authority: {cacerts: cacerts}
          database:
            postgres:
              url: postgresql://%3$s:5432/postgres
              user: %4$s
              passwordFile: ../password
              tls: {roots: ../db-root.pem}
          cluster: {listen: "%5$s:5701", members: [%6$s]}
          control: {listen: "%5$s:15012"}
          admin: {listen: "127.0.0.1:15000"}
          health: {listen: "127.0.0.1:15021"}
          metrics: {listen: "127.0.0.1:15020"}
        """
        .formatted(
            name,
            LabMesh.DOMAIN,
            hosts.address(LabMesh.DATABASE),
            PostgresServer.USER,
            hosts.address(name),
            members);
  }

  /** The node file of a service node. */
  String service(String name) {
    String control =
        LabMesh.CONTROL.stream()
            .map(c -> "\"" + hosts.address(c) + ":15012\"")
            .collect(Collectors.joining(", "));
    return """
        apiVersion: herald.io/v1alpha1
        kind: Node
        metadata: {name: %1$s}
        spec:
          roles: [proxy]
          trustDomain: %2$s
          stateDir: state
          attached: {to: [%3$s]}
          workloads:
          - namespace: lab
            name: %1$s
            serviceAccount: %1$s
            labels: {app: %1$s}
            outbound: {listen: "fd:outbound"}
            ports:
            - {name: http, port: 8080, app: "127.0.0.1:%4$d", listen: "fd:inbound", advertise: "%5$s:%6$d"}
          health: {listen: "127.0.0.1:15021"}
          metrics: {listen: "127.0.0.1:15020"}
        """
        .formatted(
            name, LabMesh.DOMAIN, control, LabMesh.APP, hosts.address(name), LabMesh.INBOUND);
  }

  private static void write(Path file, String text) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
  }
}
