package io.heraldmesh.cli;

import io.heraldmesh.enrol.EnrolRefused;
import io.heraldmesh.enrol.Enrolled;
import io.heraldmesh.enrol.EnrolmentClient;
import io.heraldmesh.enrol.JoiningProof;
import io.heraldmesh.node.EventLoops;
import io.heraldmesh.node.StartFailure;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.tls.PeerRefused;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/** Asks one control node after the other, and again, until one answers or time is over. */
final class JoinAttempts implements AutoCloseable {
  private static final long PAUSE_MILLIS = 1000;
  private static final long CLOSE_SECONDS = 5;

  private final Vertx vertx;
  private final EnrolmentClient client;
  private final List<HostPort> where;
  private final String name;
  private final JoiningProof proof;
  private final Duration wait;
  private final Consumer<String> say;

  /** A control node of the mesh said no. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  /** How one attempt that got nothing ended. */
  private sealed interface Failed {
    String what();

    /** Another control node, or a later attempt, may do. */
    record Later(String what) implements Failed {}

    /** This one will not do, ever; another one may. */
    record Never(String what) implements Failed {}
  }

  JoinAttempts(
      Function<Vertx, EnrolmentClient> client,
      List<HostPort> where,
      String name,
      JoiningProof proof,
      Duration wait,
      Consumer<String> say) {
    this.vertx = EventLoops.start(1, 2);
    this.client = client.apply(vertx);
    this.where = where;
    this.name = name;
    this.proof = proof;
    this.wait = wait;
    this.say = say;
  }

  /**
   * Blocks.
   *
   * @throws Refused when a control node says no
   * @throws StartFailure when none can be reached or believed
   */
  Enrolled ask(KeyPair keys) {
    long end = System.nanoTime() + wait.toNanos();
    while (true) {
      boolean later = false;
      String last = "";
      for (HostPort address : where) {
        try {
          return ask(address, keys);
        } catch (CompletionException e) {
          Failed failed = failed(Objects.requireNonNullElse(e.getCause(), e));
          later |= failed instanceof Failed.Later;
          last = address + ": " + failed.what();
          say.accept(last);
        }
      }
      if (!later || System.nanoTime() > end) {
        throw StartFailure.cannotStart(
            "no control node let this node join; the last answer was " + last);
      }
      pause();
    }
  }

  private Enrolled ask(HostPort address, KeyPair keys) {
    return client
        .join(SocketAddress.inetSocketAddress(address.port(), address.host()), name, keys, proof)
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }

  private static Failed failed(Throwable cause) {
    PeerRefused refused = PeerRefused.in(cause);
    if (refused != null) {
      return new Failed.Never("it is not believed, " + refused.getMessage());
    }
    return switch (cause) {
      case EnrolRefused e when e.reason().retryHelps() ->
          new Failed.Later(e.reason() + ", " + e.getMessage());
      case EnrolRefused e -> throw new Refused(e.reason() + ", " + e.getMessage());
      case EnrolmentClient.NotTrusted e -> new Failed.Never(String.valueOf(e.getMessage()));
      default -> new Failed.Later("cannot be reached, " + cause.getMessage());
    };
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw StartFailure.cannotStart("interrupted");
    }
  }

  @Override
  public void close() {
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(CLOSE_SECONDS, TimeUnit.SECONDS)
        .join();
  }
}
