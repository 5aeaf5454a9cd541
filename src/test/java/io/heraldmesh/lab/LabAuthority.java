package io.heraldmesh.lab;

import io.heraldmesh.ca.Authority;
import io.heraldmesh.ca.CacertsFolder;
import io.heraldmesh.credentials.Credential;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The lab's own authority: who gets a certificate by it, and who should not have one. */
final class LabAuthority {
  private final LabMesh mesh;
  private final Path folder;

  LabAuthority(LabMesh mesh, Path folder) {
    this.mesh = mesh;
    this.folder = folder;
  }

  /** Makes it, and an issuer under it for each control node. */
  void make() throws IOException, InterruptedException {
    LabNode first = mesh.node("c1");
    String passphrase = folder.resolve("passphrase").toString();
    String root = folder.resolve("root.p8").toString();
    first.herald(
        "ca",
        "init",
        "--root-out",
        root,
        "--trust-domain",
        LabMesh.DOMAIN,
        "--passphrase-file",
        passphrase);
    for (String name : LabMesh.CONTROL) {
      first.herald(
          "ca",
          "sign",
          "--root",
          root,
          "--passphrase-file",
          passphrase,
          "--out",
          folder.resolve(name).resolve("cacerts").toString());
    }
  }

  /**
   * Has the node join with a token of its own, for the workload of its name; {@code own} may be all
   * that there is of it in this lab.
   */
  void enrol(String name, Path own) throws IOException, InterruptedException {
    String printed =
        mesh.node("c1")
            .herald(
                "token",
                "create",
                "--node",
                name,
                "--workload",
                "lab/" + name,
                "--config",
                mesh.node("c1").file().toString());
    String line =
        printed
            .lines()
            .map(String::strip)
            .filter(l -> l.contains("herald join"))
            .findFirst()
            .orElseThrow(() -> new IOException("no command was printed: " + printed));
    List<String> words =
        new ArrayList<>(Arrays.asList(line.substring(line.indexOf("join")).split("\\s+", -1)));
    words.addAll(
        List.of(
            "--control",
            mesh.hosts.address("c1") + ":15012",
            "--state-dir",
            own.resolve("state").toString()));
    mesh.nodes.getOrDefault(name, mesh.node("s1")).herald(List.of(0), words);
  }

  /** A certificate by the mesh's own authority, as nobody should have it. */
  Credential stolen(SpiffeId id) throws GeneralSecurityException {
    Crypto crypto = Crypto.preferred();
    KeyPairGenerator generator = crypto.keyPairGenerator("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair keys = generator.generateKeyPair();
    return new Credential(
        id,
        keys.getPrivate(),
        load().sign(keys.getPublic(), id, Duration.ofHours(1), Instant.now()).chain());
  }

  /** Whom everybody in the mesh trusts. */
  TrustBundle roots() throws GeneralSecurityException {
    return load().bundle();
  }

  private Authority load() throws GeneralSecurityException {
    return new CacertsFolder(folder.resolve("c1").resolve("cacerts"))
        .load(
            new TrustDomain(LabMesh.DOMAIN),
            InstantSource.system(),
            Crypto.preferred(),
            new SecureRandom());
  }
}
