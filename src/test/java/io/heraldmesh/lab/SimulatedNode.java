package io.heraldmesh.lab;

import io.heraldmesh.bus.Announcement.AnnouncedPort;
import io.heraldmesh.bus.Announcement.AnnouncedWorkload;
import io.heraldmesh.bus.HeraldSvid;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.TrustBundle;
import io.heraldmesh.link.LinkClient;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.proxy.SnapshotSubscriber;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/** A node with a real link and a real subscriber, and no proxy: what it is told it takes. */
final class SimulatedNode {
  /** All are attached from one address, and so each is reached at a port of its own. */
  private static final int FIRST_PORT = 20_000;

  private final int number;
  private final String app;
  private final LinkClient link;
  private final SnapshotSubscriber subscriber;

  /**
   * @param shared its threads and sockets, and other nodes'
   * @param number of this node; its workload is {@code lab/w<number>}
   * @param app its label
   * @param attached called with {@code number} each time the control node took it in
   * @param taken called with {@code number} for each snapshot that came
   */
  SimulatedNode(
      Vertx shared,
      int number,
      String app,
      HeraldSvid svid,
      TrustBundle bundle,
      SocketAddress control,
      int schemaLevel,
      IntConsumer attached,
      IntConsumer taken) {
    this.number = number;
    this.app = app;
    Vertx vertx = PrivateBus.over(shared);
    Crypto crypto = Crypto.preferred();
    RenewableIdentity identity = new RenewableIdentity(svid, bundle);
    SignedBus bus =
        new SignedBus(
            vertx,
            identity,
            crypto,
            InstantSource.system(),
            new SecureRandom(),
            Duration.ofSeconds(60));
    link =
        new LinkClient(
            vertx,
            identity,
            crypto,
            InstantSource.system(),
            new SecureRandom(),
            List.of(control),
            schemaLevel,
            "simulated",
            new CompositeMeterRegistry());
    subscriber =
        new SnapshotSubscriber(
            vertx,
            bus,
            workloads(number, app, true),
            InstantSource.system(),
            snapshot -> {
              taken.accept(number);
              return Future.succeededFuture();
            });
    link.onAttached(() -> attached.accept(number));
    link.onAttached(subscriber::reattached);
  }

  private static List<AnnouncedWorkload> workloads(int number, String app, boolean ready) {
    return List.of(
        new AnnouncedWorkload(
            "lab",
            "w" + number,
            "w" + number,
            Map.of("app", app),
            List.of(
                new AnnouncedPort("http", 8080, Protocol.HTTP, "127.0.0.1", FIRST_PORT + number)),
            ready));
  }

  /** Says that its workload comes or goes. */
  void announce(boolean ready) {
    subscriber.announce(workloads(number, app, ready));
  }

  boolean attached() {
    return link.status().attached();
  }

  void start() {
    link.start().compose(v -> subscriber.start());
  }

  Future<Void> close() {
    return subscriber.close().eventually(link::close);
  }
}
