package io.heraldmesh.proxy.upstream;

import io.heraldmesh.tls.MeshTls;
import io.heraldmesh.tls.Originations;
import io.heraldmesh.tls.PeerRefused;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.time.Instant;
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

  /** When the certificate ends by which the server at the other end of mesh TLS is believed. */
  Instant serverEnds(SslHandler handler) {
    try {
      return mesh.server(handler.engine()).notAfter();
    } catch (PeerRefused e) {
      // roots changed since the handshake: the first request will tell
      return Instant.EPOCH;
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

  /** There is nothing to secure the connection with. */
  static final class NoTls extends Exception {
    private static final long serialVersionUID = 1L;

    NoTls(String reason) {
      super(reason);
    }
  }
}
