package io.heraldmesh.proxy.upstream;

import io.heraldmesh.policy.UpstreamTls;
import io.heraldmesh.tls.MeshTls;
import io.heraldmesh.tls.Originations;
import io.heraldmesh.tls.PeerIdentity;
import io.heraldmesh.tls.PeerRefused;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of TLS, of whichever kind a target asks for. Thread-safe; handlers are made on
 * event loops.
 */
final class TlsClients {
  private final MeshTls mesh;
  private final Originations originations;

  TlsClients(MeshTls mesh, Originations originations) {
    this.mesh = mesh;
    this.originations = originations;
  }

  /** Of the credentials that a new connection to {@code target} would use. */
  long generation(Target target) {
    return switch (target.secured()) {
      case null -> 0;
      case Target.Mesh m -> mesh.generation();
      case Target.Originated o -> originations.generation();
    };
  }

  /**
   * Null in the clear.
   *
   * @throws NoTls when there is nothing to secure a connection with; it must not be used then
   */
  @Nullable SslHandler handler(Target target, ByteBufAllocator allocator) throws NoTls {
    return switch (target.secured()) {
      case null -> null;
      case Target.Mesh to -> {
        SslHandler handler =
            mesh.client(to.source(), to.protocol(), to.sni(), to.servers(), allocator);
        if (handler == null) {
          throw new NoTls(to.source() + " has no certificate yet");
        }
        yield handler;
      }
      case Target.Originated to -> {
        try {
          yield originations.client(to.files(), to.protocol(), to.sni(), to.names(), allocator);
        } catch (Originations.Unusable e) {
          throw new NoTls(target.describe() + ": " + e.getMessage());
        }
      }
    };
  }

  /** While the certificate is good by which the server at the other end is believed. */
  Proof.Span server(Target target, SslHandler handler) {
    try {
      if (target.secured() instanceof Target.Mesh) {
        PeerIdentity shown = mesh.server(handler.engine());
        return new Proof.Span(shown.notBefore(), shown.notAfter());
      }
      X509Certificate shown = Originations.shown(handler.engine()).getFirst();
      return new Proof.Span(shown.getNotBefore().toInstant(), shown.getNotAfter().toInstant());
    } catch (PeerRefused e) {
      // roots changed since the handshake: the first request will tell
      return new Proof.Span(Instant.EPOCH, Instant.EPOCH);
    }
  }

  /** By the clock that certificates are judged by. */
  Instant now() {
    return mesh.now();
  }

  /**
   * Looks again at the server at the other end of a connection to {@code target} that {@link
   * #handler} secured, should what is trusted have changed.
   *
   * @throws PeerRefused when it would not be believed again
   */
  void checkAgain(Target.Originated target, SslHandler handler) throws PeerRefused {
    originations.check(target.files(), target.names(), handler.engine());
  }

  /** Rises when what is trusted outside of the mesh changes. */
  long filesGeneration() {
    return originations.generation();
  }

  /**
   * Looks whether a connection that is open has proved what calls of {@code host} ask for now. One
   * that may be in the clear has proved enough; who stands behind mesh TLS is another question.
   *
   * @return false when that cannot be told yet
   * @throws PeerRefused when it has not
   */
  boolean check(Route route, String host, Channel connection) throws PeerRefused {
    Target target = Made.target(connection);
    Set<UpstreamTls> asked = target == null ? Set.of() : route.terms().at(target.address());
    if (target == null || asked.isEmpty()) {
      return true;
    }
    PeerRefused refused = null;
    boolean known = true;
    for (UpstreamTls one : asked) {
      try {
        if (proved(one, target, route, host, connection)) {
          return true;
        }
        known = false;
      } catch (PeerRefused e) {
        refused = e;
      }
    }
    if (known && refused != null) {
      throw refused;
    }
    return false;
  }

  private boolean proved(
      UpstreamTls asked, Target target, Route route, String host, Channel connection)
      throws PeerRefused {
    SslHandler handler = connection.pipeline().get(SslHandler.class);
    boolean mesh = target.secured() instanceof Target.Mesh;
    if (asked instanceof UpstreamTls.Plaintext
        || mesh && !(asked instanceof UpstreamTls.Originated)) {
      return true;
    }
    if (handler != null
        && asked instanceof UpstreamTls.Originated tls
        && target.secured() instanceof Target.Originated made) {
      Target.Originated now = route.originated(made, tls, host);
      return now.equals(made) || originations.believes(now.files(), now.names(), handler.engine());
    }
    throw new PeerRefused("other_tls", "it is called by another kind of TLS now");
  }

  /** There is nothing to secure the connection with. */
  static final class NoTls extends Exception {
    private static final long serialVersionUID = 1L;

    NoTls(String reason) {
      super(reason);
    }
  }
}
