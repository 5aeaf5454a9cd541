package io.heraldmesh.tls.hazelcast;

import com.hazelcast.internal.networking.Channel;
import com.hazelcast.internal.server.ServerConnection;
import io.heraldmesh.tls.MemberTls;
import io.heraldmesh.tls.PeerRefused;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of one connection, shared by its two pipelines, which may run on different threads; the
 * engine is used by one of them at a time.
 *
 * <p>Once it has failed nothing of the peer is read any more: the alert is sent, then the
 * connection is closed.
 */
final class TlsChannel {
  private static final Logger LOG = LoggerFactory.getLogger(TlsChannel.class);
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Channel channel;
  private final MemberTls tls;
  private final MemberTls.Handshake handshake;
  private final SSLEngine engine;
  private final Consumer<TlsChannel> done;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean established;
  private volatile @Nullable SSLException failure;

  /**
   * @param done runs once, when the handshake has succeeded or failed
   */
  TlsChannel(Channel channel, MemberTls tls, Consumer<TlsChannel> done) throws SSLException {
    this.channel = channel;
    this.tls = tls;
    this.handshake = tls.handshake(channel.isClientMode());
    this.engine = handshake.engine();
    this.done = done;
    engine.beginHandshake();
  }

  Channel channel() {
    return channel;
  }

  /** True: the peer is a member, and what it says may be read. */
  boolean established() {
    return established;
  }

  /** What is wrong with the peer; null: nothing so far. */
  @Nullable SSLException failure() {
    return failure;
  }

  int packetBytes() {
    return engine.getSession().getPacketBufferSize();
  }

  int applicationBytes() {
    return engine.getSession().getApplicationBufferSize();
  }

  /** What the engine waits for, after the tasks that it had. */
  synchronized SSLEngineResult.HandshakeStatus status() {
    SSLEngineResult.HandshakeStatus status = engine.getHandshakeStatus();
    while (status == SSLEngineResult.HandshakeStatus.NEED_TASK) {
      Runnable task = engine.getDelegatedTask();
      if (task != null) {
        task.run();
      }
      status = engine.getHandshakeStatus();
    }
    return status;
  }

  /** Encrypts, or gives the next handshake message. */
  synchronized SSLEngineResult wrap(ByteBuffer plain, ByteBuffer encrypted) throws SSLException {
    SSLEngineResult result = engine.wrap(established ? plain : NOTHING, encrypted);
    finishIf(result);
    return result;
  }

  /** Decrypts, or takes the next handshake message. */
  synchronized SSLEngineResult unwrap(ByteBuffer encrypted, ByteBuffer plain) throws SSLException {
    SSLEngineResult result = engine.unwrap(encrypted, plain);
    finishIf(result);
    return result;
  }

  private void finishIf(SSLEngineResult result) throws SSLException {
    SSLEngineResult.HandshakeStatus status = result.getHandshakeStatus();
    // It was begun with this object: where there is no handshake any more, it is done.
    boolean finished =
        status == SSLEngineResult.HandshakeStatus.FINISHED
            || status == SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING;
    if (established || !finished || result.getStatus() == SSLEngineResult.Status.CLOSED) {
      return;
    }
    try {
      MemberPeer peer = new MemberPeer(tls.peer(engine), handshake.generation());
      if (channel.attributeMap().get(ServerConnection.class) instanceof ServerConnection there) {
        peer.attach(there);
      } else {
        throw new SSLException("the connection is not known");
      }
      LOG.debug("member connected peer={}", peer.identity().id());
    } catch (PeerRefused e) {
      throw new SSLException(e);
    }
    established = true;
    end();
  }

  /** Nothing is read any more; the alert follows, and then the end. */
  void fail(SSLException cause) {
    synchronized (this) {
      if (failure != null) {
        return;
      }
      failure = cause;
    }
    PeerRefused refused = PeerRefused.in(cause);
    if (refused == null) {
      LOG.debug("no member remote={} {}", channel.remoteSocketAddress(), cause.getMessage());
    } else {
      LOG.warn(
          "member refused remote={} reason=\"{}\"",
          channel.remoteSocketAddress(),
          refused.getMessage());
    }
    channel.outboundPipeline().wakeup();
    end();
  }

  /** The alert, or what is left of it. False: there is none. */
  synchronized boolean alert(ByteBuffer encrypted) {
    try {
      engine.closeOutbound();
      return engine.wrap(NOTHING, encrypted).bytesProduced() > 0;
    } catch (SSLException e) {
      return false;
    }
  }

  /** Closes it whatever its state. */
  void close() {
    SSLException cause = failure;
    String reason = cause == null ? "no handshake" : String.valueOf(cause.getMessage());
    end();
    if (channel.attributeMap().get(ServerConnection.class) instanceof ServerConnection there) {
      // With a cause Hazelcast counts it as a fault of the member that was connected to.
      there.close(reason, channel.isClientMode() ? cause : null);
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("already closed: {}", e.getMessage());
    }
  }

  private void end() {
    if (ended.compareAndSet(false, true)) {
      done.accept(this);
    }
  }
}
