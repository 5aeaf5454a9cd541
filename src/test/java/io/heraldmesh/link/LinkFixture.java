package io.heraldmesh.link;

import io.heraldmesh.Await;
import io.heraldmesh.TestAuthority;
import io.heraldmesh.bus.RegistrationSource;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.bus.SchemaLevel;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SvidSource;
import io.heraldmesh.credentials.RenewableIdentity;
import io.heraldmesh.identity.HeraldRole;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** A control node's door and nodes that attach to it, each with a bus of its own. */
final class LinkFixture implements AutoCloseable {
  final InstantSource clock = InstantSource.system();
  final TestAuthority mesh = new TestAuthority(clock);
  final List<Vertx> all = new ArrayList<>();
  volatile Revocations revocations = Revocations.NONE;
  volatile Registrations registrations = Registrations.NONE;

  /** What a look finds, such as what was registered at another control node; fails when it does. */
  volatile Supplier<Registrations> elsewhere = () -> registrations;

  /** One control node. */
  record Control(
      Vertx vertx,
      RenewableIdentity identity,
      LinkServer links,
      ControlServer server,
      SocketAddress address,
      MeterRegistry meters) {}

  /** One node. */
  record Attaching(Vertx vertx, RenewableIdentity identity, SignedBus bus, LinkClient link) {}

  Control control(int port) {
    return control("127.0.0.1", port);
  }

  Control control(String host, int port) {
    return control(host, port, new Admission(10_000, 1000, 1000, System::nanoTime));
  }

  Control control(int port, Admission admission) {
    return control("127.0.0.1", port, admission);
  }

  Control control(String host, int port, Admission admission) {
    Vertx vertx = vertx();
    RenewableIdentity identity =
        new RenewableIdentity(mesh.svid(HeraldRole.CONFIG, "c1"), mesh.bundle());
    MeterRegistry meters = new SimpleMeterRegistry();
    LinkServer links = new LinkServer(vertx, identity, clock, admission, registrations(), meters);
    ControlServer server =
        new ControlServer(
            vertx,
            identity,
            mesh.crypto(),
            clock,
            () -> revocations,
            1000,
            List.of(links.method()));
    SocketAddress address =
        Await.result(server.listen(SocketAddress.inetSocketAddress(port, host), 2));
    links.start(server::proven);
    return new Control(vertx, identity, links, server, address, meters);
  }

  private RegistrationSource registrations() {
    return new RegistrationSource() {
      @Override
      public Registrations get() {
        return registrations;
      }

      @Override
      public Registrations lookUp(String node) {
        return elsewhere.get();
      }
    };
  }

  SignedBus bus(Control control, HeraldRole role) {
    return mesh.bus(control.vertx(), role, "c1");
  }

  Attaching node(String name, SocketAddress... to) {
    return node(name, Duration.ofDays(1), to);
  }

  Attaching node(String name, Duration ttl, SocketAddress... to) {
    Vertx vertx = vertx();
    RenewableIdentity identity =
        new RenewableIdentity(mesh.svid(HeraldRole.NODE, name, ttl), mesh.bundle());
    LinkClient link = link(vertx, identity, to);
    Await.result(link.start());
    SignedBus bus =
        new SignedBus(
            vertx, identity, mesh.crypto(), clock, mesh.random(), LinkClient.ANSWER_WITHIN);
    return new Attaching(vertx, identity, bus, link);
  }

  SvidSource identity(String name) {
    return SvidSource.fixed(mesh.svid(HeraldRole.NODE, name, Duration.ofDays(1)), mesh.bundle());
  }

  /** Not started. */
  LinkClient link(Vertx vertx, SvidSource identity, SocketAddress... to) {
    return new LinkClient(
        vertx,
        identity,
        mesh.crypto(),
        clock,
        new Random(),
        List.of(to),
        SchemaLevel.NEWEST,
        "test",
        new SimpleMeterRegistry());
  }

  Vertx vertx() {
    Vertx vertx = Vertx.vertx();
    all.add(vertx);
    return vertx;
  }

  static void attached(Attaching node) {
    Await.until("attached", () -> node.link().status().attached());
  }

  void stop(Control control) {
    Await.result(control.vertx().close());
    all.remove(control.vertx());
  }

  @Override
  public void close() {
    all.forEach(v -> Await.result(v.close()));
  }
}
