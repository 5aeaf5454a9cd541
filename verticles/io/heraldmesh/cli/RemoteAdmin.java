package io.heraldmesh.cli;

import io.heraldmesh.bus.AdminService;
import io.heraldmesh.bus.SignedBus;
import io.heraldmesh.bus.SvidSource;
import io.heraldmesh.bus.TimeText;
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
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way to a control node elsewhere, with the certificate of an operator or a node. */
final class RemoteAdmin implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteAdmin.class);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(55);

  private final Vertx vertx;

  private RemoteAdmin(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * @param controls of which the first that can be reached is asked
   * @param folder the state of whoever joined
   * @param self see {@link AdminSession}
   * @throws UsageException when there is no usable certificate
   */
  static AdminSession open(List<HostPort> controls, Path folder, @Nullable String self) {
    InstantSource clock = InstantSource.system();
    Crypto crypto = Crypto.preferred();
    NodeIdentity.Held held = held(folder, crypto);
    if (!held.valid(clock.instant())) {
      throw new UsageException(
          "the certificate in "
              + folder
              + " is not valid now (until "
              + TimeText.of(held.svid().leaf().getNotAfter().toInstant())
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
            controls.stream()
                .map(one -> SocketAddress.inetSocketAddress(one.port(), one.host()))
                .toList());
    link.start();
    return new AdminSession(
        AdminService.over(
            new SignedBus(vertx, source, crypto, clock, new SecureRandom(), ANSWER_WITHIN)),
        self,
        new RemoteAdmin(vertx));
  }

  private static NodeIdentity.Held held(Path folder, Crypto crypto) {
    try {
      return NodeIdentity.in(folder)
          .load(crypto)
          .orElseThrow(
              () ->
                  new UsageException(
                      "no certificate that this user may read in "
                          + folder
                          + "; name with --identity where an operator joined, or run it as the"
                          + " node's user or root"));
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
