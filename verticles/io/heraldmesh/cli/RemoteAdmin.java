package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminService;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SvidSource;
import io.heraldmesh.credentials.NodeIdentity;
import io.heraldmesh.crypto.Crypto;
import io.heraldmesh.identity.InvalidCertificate;
import io.heraldmesh.link.AdminLink;
import io.heraldmesh.node.EventLoops;
import io.heraldmesh.node.UsageException;
import io.heraldmesh.proxy.HostPort;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way to a control node elsewhere, with an operator's certificate. */
final class RemoteAdmin implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteAdmin.class);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(55);

  private final Vertx vertx;

  private RemoteAdmin(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * @param control host and port
   * @param folder the state of whoever joined as operator
   * @throws UsageException when there is no usable certificate
   */
  static AdminSession open(String control, Path folder) {
    HostPort address = address(control);
    InstantSource clock = InstantSource.system();
    Crypto crypto = Crypto.preferred();
    NodeIdentity.Held held = held(folder, crypto);
    if (!held.valid(clock.instant())) {
      throw new UsageException(
          "the certificate in "
              + folder
              + " is not valid now (until "
              + held.svid().leaf().getNotAfter().toInstant()
              + "); join again");
    }
    SvidSource source = SvidSource.fixed(held.svid(), held.bundle());
    Vertx vertx = EventLoops.start(1, 2);
    AdminLink link =
        new AdminLink(
            vertx,
            source,
            crypto,
            clock,
            SocketAddress.inetSocketAddress(address.port(), address.host()));
    link.start();
    return new AdminSession(
        AdminService.over(
            new SignedBus(vertx, source, crypto, clock, new SecureRandom(), ANSWER_WITHIN)),
        new RemoteAdmin(vertx));
  }

  private static HostPort address(String control) {
    try {
      return HostPort.parse(control);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--control " + control + " is not HOST:PORT, such as c1:15012");
    }
  }

  private static NodeIdentity.Held held(Path folder, Crypto crypto) {
    try {
      return NodeIdentity.in(folder)
          .load(crypto)
          .orElseThrow(
              () -> new UsageException("no certificate in " + folder + "; join as operator first"));
    } catch (InvalidCertificate e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    try {
      // Closes the connection too. The command has its answer, so nobody waits long for this.
      vertx.close().toCompletionStage().toCompletableFuture().get(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("the way to the control node did not close: {}", e.toString());
    }
  }
}
