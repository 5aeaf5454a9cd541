package io.heraldmesh.tls.hazelcast;

import static com.hazelcast.internal.networking.HandlerStatus.CLEAN;
import static com.hazelcast.internal.networking.HandlerStatus.DIRTY;

import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.networking.InboundHandler;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/**
 * The first step of what is received. {@code src} and {@code dst} are in writing mode between
 * calls, as Hazelcast wants it.
 *
 * <p>Only members are spoken with: what is not their protocol (clients, REST, memcache) ends the
 * connection before Hazelcast sees a byte of it.
 */
final class TlsInbound extends InboundHandler<ByteBuffer, ByteBuffer> {
  private static final byte[] MEMBER_PROTOCOL = "HZC".getBytes(StandardCharsets.US_ASCII);
  private static final int RECORDS = 2;

  private final TlsChannel tls;
  private ByteBuffer plain = ByteBuffer.allocate(0);
  private int protocolBytes;

  TlsInbound(TlsChannel tls) {
    this.tls = tls;
  }

  @Override
  public void handlerAdded() {
    initSrcBuffer(RECORDS * tls.packetBytes());
    plain = ByteBuffer.allocate(tls.applicationBytes());
    plain.flip();
  }

  @Override
  public HandlerStatus onRead() throws EOFException {
    src.flip();
    try {
      if (tls.failure() != null) {
        // Read and thrown away, so that the alert is not lost to a reset.
        src.position(src.limit());
        return CLEAN;
      }
      return decrypt();
    } catch (SSLException e) {
      tls.fail(e);
      return CLEAN;
    } finally {
      src.compact();
    }
  }

  private HandlerStatus decrypt() throws SSLException, EOFException {
    while (true) {
      if (plain.hasRemaining()) {
        int taken = handOver();
        if (plain.hasRemaining()) {
          // The next handler's buffer is full: it takes what is there, then this one is asked
          // again.
          return taken > 0 || dst.position() > 0 ? DIRTY : CLEAN;
        }
      }
      boolean toSay = tls.status() == SSLEngineResult.HandshakeStatus.NEED_WRAP;
      if (toSay) {
        // An answer of the handshake, or to a key update.
        tls.channel().outboundPipeline().wakeup();
        if (!tls.established()) {
          return CLEAN;
        }
      }
      if (!src.hasRemaining()) {
        return CLEAN;
      }
      boolean before = tls.established();
      SSLEngineResult result;
      plain.clear();
      try {
        result = tls.unwrap(src, plain);
      } finally {
        plain.flip();
      }
      if (tls.established() != before) {
        tls.channel().outboundPipeline().wakeup();
      }
      switch (result.getStatus()) {
        case OK -> {}
        case BUFFER_UNDERFLOW -> {
          return CLEAN;
        }
        case BUFFER_OVERFLOW -> throw new SSLException("a record is larger than TLS allows");
        case CLOSED -> throw new EOFException("the member closed TLS");
      }
    }
  }

  private int handOver() throws SSLException {
    int bytes = Math.min(plain.remaining(), dst.remaining());
    for (int i = 0; i < bytes && protocolBytes < MEMBER_PROTOCOL.length; i++) {
      if (plain.get(plain.position() + i) != MEMBER_PROTOCOL[protocolBytes++]) {
        throw new SSLException("not the protocol of members");
      }
    }
    dst.put(plain.slice(plain.position(), bytes));
    plain.position(plain.position() + bytes);
    return bytes;
  }

  /** Why it was refused says more than that the peer then went away. */
  @Override
  public void interceptError(Throwable error) {
    if (tls.failure() != null) {
      tls.close();
    }
  }
}
