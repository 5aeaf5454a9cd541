package io.heraldmesh.tls.hazelcast;

import static com.hazelcast.internal.networking.HandlerStatus.BLOCKED;
import static com.hazelcast.internal.networking.HandlerStatus.CLEAN;
import static com.hazelcast.internal.networking.HandlerStatus.DIRTY;

import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.networking.OutboundHandler;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/**
 * The last step of what is sent. {@code src} and {@code dst} are in reading mode between calls, as
 * Hazelcast wants it.
 */
final class TlsOutbound extends OutboundHandler<ByteBuffer, ByteBuffer> {
  private static final int RECORDS = 2;

  private final TlsChannel tls;
  private boolean alertSent;

  TlsOutbound(TlsChannel tls) {
    this.tls = tls;
  }

  @Override
  public void handlerAdded() {
    initDstBuffer(RECORDS * tls.packetBytes());
  }

  @Override
  public HandlerStatus onWrite() {
    dst.compact();
    try {
      return tls.failure() == null ? encrypt() : farewell();
    } catch (SSLException e) {
      tls.fail(e);
      return DIRTY;
    } finally {
      dst.flip();
    }
  }

  private HandlerStatus encrypt() throws SSLException {
    boolean said = false;
    while (true) {
      SSLEngineResult.HandshakeStatus status = tls.status();
      boolean toSay = status == SSLEngineResult.HandshakeStatus.NEED_WRAP;
      if (!toSay && !tls.established()) {
        // The peer's turn. Frames wait, and the inbound side wakes this one; it may hold already
        // what the peer said after what was answered here.
        if (said) {
          tls.channel().inboundPipeline().wakeup();
        }
        return BLOCKED;
      }
      if (!toSay && !src.hasRemaining()) {
        return CLEAN;
      }
      boolean before = tls.established();
      SSLEngineResult result = tls.wrap(src, dst);
      said = true;
      if (tls.established() != before) {
        tls.channel().inboundPipeline().wakeup();
      }
      switch (result.getStatus()) {
        case OK, BUFFER_UNDERFLOW -> {}
        case BUFFER_OVERFLOW -> {
          return DIRTY;
        }
        case CLOSED -> throw new SSLException("TLS was closed");
      }
    }
  }

  /** The alert; who gets it closes, or the end of the farewell does. */
  private HandlerStatus farewell() {
    if (!alertSent) {
      alertSent = true;
      while (tls.alert(dst)) {
        // All of it.
      }
      return DIRTY;
    }
    return dst.position() > 0 ? DIRTY : BLOCKED;
  }
}
