package io.heraldmesh.cluster;

import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.Pem;
import io.heraldmesh.identity.PrivateKeyPem;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/**
 * A member as a process of its own, told its name, the address to listen on, Hazelcast's
 * configuration and the folder with its identity, and where other members are, if anything. Says on
 * standard output who is a member; ends when standard input does.
 */
final class MemberProcess {
  static final Set<String> NAMES = Set.of("c1", "c2");

  private MemberProcess() {}

  public static void main(String[] args) throws IOException {
    String name = args[0];
    Path folder = Path.of(args[3]);
    TrustBundle bundle = TrustBundle.fromPem(TestAuthority.TD, read(folder, "root.pem"));
    HeraldSvid svid =
        new HeraldSvid(
            SpiffeId.herald(TestAuthority.TD, HeraldRole.CA, name),
            PrivateKeyPem.parse(read(folder, name + "-key.pem"), Crypto.preferred()),
            CertificateChain.parsePem(read(folder, name + "-chain.pem")).certificates());
    ClusterMember member =
        ClusterMember.start(
            new ClusterSettings(
                "herald-test",
                new InetSocketAddress(args[1], 5701),
                null,
                List.of(args).subList(4, args.length),
                new InetSocketAddress(args[1], 0),
                null,
                Path.of(args[2])),
            TestMembers.tls(svid, bundle, NAMES, InstantSource.system()),
            new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(4));
    member.vertx().setPeriodic(200, tick -> System.out.println(member.members()));
    while (System.in.read() >= 0) {
      // Nothing is said to this process; it waits for the end.
    }
    member.close();
  }

  /** What {@link #main} reads. */
  static void write(Path folder, TestAuthority mesh) throws IOException {
    Files.writeString(folder.resolve("root.pem"), mesh.bundle().pem(TestAuthority.TD));
    for (String name : NAMES) {
      HeraldSvid svid = mesh.svid(HeraldRole.CA, name);
      Files.writeString(
          folder.resolve(name + "-key.pem"), Pem.write("PRIVATE KEY", svid.key().getEncoded()));
      Files.writeString(
          folder.resolve(name + "-chain.pem"), new CertificateChain(svid.chain()).pem());
    }
  }

  private static String read(Path folder, String file) throws IOException {
    return Files.readString(folder.resolve(file));
  }
}
