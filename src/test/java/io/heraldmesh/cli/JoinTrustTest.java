package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.credentials.NodeIdentity;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.enrol.proto.EnrolAnswer;
import io.heraldmesh.enrol.proto.EnrolmentGrpcService;
import io.heraldmesh.enrol.proto.RootsAnswer;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.link.ControlMethod;
import io.heraldmesh.link.ControlServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is asked to let a node in must be of the pinned root before it is shown a token. */
@Timeout(180)
class JoinTrustTest {
  private static final String WRONG_PIN = "sha256:" + "ab".repeat(32);

  @TempDir Path folder;
  private JoiningMesh mesh;

  @BeforeEach
  void aControlNode() throws IOException {
    mesh = JoiningMesh.byTokens(folder);
  }

  @AfterEach
  void stop() {
    mesh.close();
  }

  @Test
  void whoIsNotOfThePinnedRootNeverSeesTheToken() throws IOException {
    CommandRun made = mesh.create("n1");
    CommandRun refused =
        CommandRun.of(
            "join",
            "--control",
            mesh.control(),
            "--name",
            "n1",
            "--pin",
            WRONG_PIN,
            "--token",
            JoiningMesh.word(made, "--token"),
            "--state-dir",
            mesh.state("n1"));
    assertThat(refused.code()).isEqualTo(3);
    assertThat(refused.err()).contains("not of the mesh with the root " + WRONG_PIN);
    assertThat(NodeIdentity.in(mesh.state("n1")).load(Crypto.preferred())).isEmpty();
    // It was not used up.
    assertThat(mesh.join(made, "n1").code()).isZero();
  }

  @Test
  void aManInTheMiddleThatShowsTheRightRootsGetsNoToken() throws IOException {
    CommandRun made = mesh.create("n1");
    assertThat(mesh.join(made, "n1").code()).isZero();
    NodeIdentity.Held real = mesh.held("n1");
    TestAuthority foreign = new TestAuthority(InstantSource.system());
    // With a certificate of its own authority, and with that of a node of the mesh.
    assertThat(
            tokensSeenBy(
                new RenewableIdentity(foreign.svid(HeraldRole.CONFIG, "c1"), foreign.bundle()),
                real,
                made))
        .isZero();
    assertThat(tokensSeenBy(new RenewableIdentity(real.svid(), real.bundle()), real, made))
        .isZero();
  }

  /** How many calls with a token reach a server that shows {@code identity} and says the roots. */
  private int tokensSeenBy(RenewableIdentity identity, NodeIdentity.Held real, CommandRun made) {
    AtomicInteger seen = new AtomicInteger();
    AtomicInteger asked = new AtomicInteger();
    Vertx vertx = Vertx.vertx();
    try {
      RootsAnswer.Builder roots = RootsAnswer.newBuilder();
      real.bundle()
          .of(real.svid().id().trustDomain())
          .forEach(root -> roots.addRoot(com.google.protobuf.ByteString.copyFrom(der(root))));
      ControlServer server =
          new ControlServer(
              vertx,
              identity,
              Crypto.preferred(),
              InstantSource.system(),
              () -> Revocations.NONE,
              10,
              List.of(
                  ControlMethod.unary(
                      EnrolmentGrpcService.Roots,
                      1 << 16,
                      false,
                      (caller, call) -> {
                        asked.incrementAndGet();
                        return Future.succeededFuture(roots.build());
                      }),
                  ControlMethod.unary(
                      EnrolmentGrpcService.Enrol,
                      1 << 16,
                      false,
                      (caller, call) -> {
                        seen.incrementAndGet();
                        return Future.succeededFuture(EnrolAnswer.getDefaultInstance());
                      })));
      int port =
          Await.result(server.listen(SocketAddress.inetSocketAddress(0, "127.0.0.1"), 1)).port();
      CommandRun caught =
          CommandRun.of(
              "join",
              "--control",
              "127.0.0.1:" + port,
              "--name",
              "n2",
              "--pin",
              JoiningMesh.word(made, "--pin"),
              "--token",
              JoiningMesh.word(made, "--token"),
              "--state-dir",
              mesh.state("n2"));
      assertThat(caught.code()).isEqualTo(3);
      assertThat(caught.err()).contains("it is not believed");
      assertThat(asked).hasPositiveValue();
      return seen.get();
    } finally {
      Await.result(vertx.close());
    }
  }

  private static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new AssertionError(e);
    }
  }
}
