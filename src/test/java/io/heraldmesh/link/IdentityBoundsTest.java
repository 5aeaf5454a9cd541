package io.heraldmesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.LogLines;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.PeerVerifier;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.link.proto.LinkGrpcClient;
import io.heraldmesh.tls.PartTls;
import io.vertx.core.Vertx;
import io.vertx.grpc.client.GrpcClient;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What one certificate, and whoever stole it, can take of a control node's port. */
class IdentityBoundsTest extends ServedRoots {
  private static final int MOST = ConnectionBounds.of(1000).mostOfIdentity();

  private final Vertx clients = mesh.vertx();

  @Test
  void anIdentityHasSoManyConnectionsAndOthersComeInBeside() {
    HeraldSvid stolen = mesh.mesh.svid(HeraldRole.NODE, "n1");
    List<AtomicBoolean> open =
        IntStream.range(0, MOST).mapToObj(i -> closed(stolen.key(), stolen.chain())).toList();

    AtomicBoolean oneTooMany = closed(stolen.key(), stolen.chain());
    Await.until("one too many is closed", oneTooMany::get);
    assertThat(open).noneMatch(AtomicBoolean::get);
    raw("n2").hello().greeted();
  }

  @Test
  void anOperatorMayRunEightCommandsAtOnce() {
    assertThat(MOST).isGreaterThanOrEqualTo(8);
  }

  @Test
  void aWorkloadsConnectionIsClosedAtOnceSinceThereIsNothingForItHere() {
    SpiffeId workload = SpiffeId.workload(TestAuthority.TD, "shop", "orders");
    KeyPair keys = TestAuthority.keys();
    try (LogLines log = new LogLines()) {
      AtomicBoolean closed =
          closed(keys.getPrivate(), mesh.mesh.chain(workload, keys, Duration.ofHours(1)));

      Await.until("closed", closed::get);
      assertThat(log.warnings()).anyMatch(line -> line.contains("none of Herald's own"));
    }
    assertThat(control.links().attached()).isEmpty();
  }

  /** Connects; whether that was closed. */
  private AtomicBoolean closed(PrivateKey key, List<X509Certificate> chain) {
    PartTls tls =
        new PartTls(
            key, chain, mesh.mesh.bundle(), new PeerVerifier(mesh.mesh.crypto()), mesh.clock);
    AtomicBoolean closed = new AtomicBoolean();
    Await.result(
        GrpcClient.client(clients, tls.http2Client(id -> true))
            .request(control.address(), LinkGrpcClient.Attach)
            .onFailure(e -> closed.set(true))
            .onSuccess(call -> call.connection().closeHandler(end -> closed.set(true)))
            .transform(done -> io.vertx.core.Future.succeededFuture()));
    return closed;
  }
}
