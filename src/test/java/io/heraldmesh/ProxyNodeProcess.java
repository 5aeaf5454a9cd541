package io.heraldmesh;

import io.heraldmesh.bus.Announcement.AnnouncedPort;
import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.cluster.ClusterMember;
import io.heraldmesh.cluster.TestMembers;
import io.heraldmesh.credentials.NodeCredentials;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.CertificateChain;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PrivateKeyPem;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.proxy.SnapshotSubscriber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The bus side of a proxy node as a process of its own; {@link TwoProcessesTest} starts it with its
 * own port, the port of the control plane, and the folder with its identity. Says on standard
 * output what came; ends when standard input does.
 */
final class ProxyNodeProcess {
  private ProxyNodeProcess() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[2]);
    PrintStream out = System.out;
    Crypto crypto = Crypto.preferred();
    InstantSource clock = InstantSource.system();
    SecureRandom random = new SecureRandom();
    TrustBundle bundle = TrustBundle.fromPem(TestAuthority.TD, read(folder, "root-cert.pem"));
    ClusterMember member =
        TestMembers.join(
            Integer.parseInt(args[0]),
            List.of(Integer.parseInt(args[1])),
            TestMembers.tls(
                svid(folder, "member-", HeraldRole.ADMIN),
                bundle,
                TwoProcessesTest.MEMBERS,
                clock));
    Vertx vertx = member.vertx();
    RenewableIdentity identity = new RenewableIdentity(svid(folder, "", HeraldRole.NODE), bundle);
    SignedBus bus = new SignedBus(vertx, identity, crypto, clock, random, Duration.ofSeconds(5));
    NodeCredentials credentials =
        new NodeCredentials(
            vertx,
            CaService.over(bus),
            identity,
            Set.of(new WorkloadIdentity("shop", "web")),
            null,
            crypto,
            clock,
            random);
    credentials.onChange(set -> out.println("leaves " + set.leaves().keySet()));
    credentials.start();
    SnapshotSubscriber subscriber =
        new SnapshotSubscriber(
            vertx,
            bus,
            List.of(
                new AnnouncedWorkload(
                    "shop",
                    "web",
                    "web",
                    Map.of("app", "web"),
                    List.of(new AnnouncedPort("http", 8080, Protocol.HTTP, "127.0.0.1", 15106)),
                    true)),
            clock,
            snapshot -> {
              out.println("mode " + snapshot.workloads().getFirst().mtls());
              return Future.succeededFuture();
            });
    Await.result(subscriber.start());
    out.println("started");
    while (System.in.read() >= 0) {
      // Nothing is said to this process; it waits for the end.
    }
    member.close();
  }

  private static HeraldSvid svid(Path folder, String prefix, HeraldRole role) throws IOException {
    return new HeraldSvid(
        SpiffeId.herald(TestAuthority.TD, role, "n1"),
        PrivateKeyPem.parse(read(folder, prefix + "key.pem"), Crypto.preferred()),
        CertificateChain.parsePem(read(folder, prefix + "cert-chain.pem")).certificates());
  }

  private static String read(Path folder, String file) throws IOException {
    return Files.readString(folder.resolve(file), StandardCharsets.US_ASCII);
  }
}
