package io.heraldmesh.cli;

import io.heraldmesh.Await;
import io.heraldmesh.bus.CaService;
import io.heraldmesh.bus.DistributorService;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.credentials.NodeIdentity;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.link.LinkClient;
import io.heraldmesh.proxy.HostPort;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Random;

/** A node that has joined, at the end of its link: what it asks goes over that. */
record AttachedNode(Vertx vertx, LinkClient link, CaService ca, DistributorService distributor)
    implements AutoCloseable {
  private static final Crypto CRYPTO = Crypto.preferred();

  /**
   * Returns once it is attached, or was refused.
   *
   * @param state what {@code herald join} left behind
   * @param controls {@code host:port} of each control node
   */
  static AttachedNode attach(Path state, String... controls) {
    Vertx vertx = Vertx.vertx();
    NodeIdentity.Held held = NodeIdentity.in(state).load(CRYPTO).orElseThrow();
    RenewableIdentity identity = new RenewableIdentity(held.svid(), held.bundle());
    LinkClient link =
        new LinkClient(
            vertx,
            identity,
            CRYPTO,
            InstantSource.system(),
            new Random(),
            Arrays.stream(controls).map(AttachedNode::address).toList(),
            SchemaLevel.NEWEST,
            "test",
            new SimpleMeterRegistry());
    Await.result(link.start());
    Await.until("an answer", () -> link.status().attached() || link.status().lastError() != null);
    SignedBus bus =
        new SignedBus(
            vertx,
            identity,
            CRYPTO,
            InstantSource.system(),
            new SecureRandom(),
            Duration.ofSeconds(20));
    return new AttachedNode(vertx, link, CaService.over(bus), DistributorService.over(bus));
  }

  private static SocketAddress address(String control) {
    HostPort at = HostPort.parse(control);
    return SocketAddress.inetSocketAddress(at.port(), at.host());
  }

  @Override
  public void close() {
    Await.result(vertx.close());
  }
}
