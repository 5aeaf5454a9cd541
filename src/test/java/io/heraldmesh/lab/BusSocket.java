package io.heraldmesh.lab;

import io.heraldmesh.credentials.Credential;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.impl.CodecManager;
import io.vertx.core.eventbus.impl.clustered.ClusteredMessage;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.UUID;

/** Whoever has a member's certificate, at the sockets of the event bus: sends what it likes. */
final class BusSocket {
  private final Stranger stranger;
  private final Credential leaf;

  BusSocket(Stranger stranger, Credential leaf) {
    this.stranger = stranger;
    this.leaf = leaf;
  }

  /** Sends to {@code address} and reads until the connection ends or is silent. */
  String send(String address, byte[] envelope) throws IOException, GeneralSecurityException {
    ClusteredMessage<Buffer, Buffer> message =
        new ClusteredMessage<>(
            UUID.randomUUID().toString(),
            address,
            MultiMap.caseInsensitiveMultiMap(),
            Buffer.buffer(envelope),
            CodecManager.BUFFER_MESSAGE_CODEC,
            true,
            null);
    return stranger.sayInTls(leaf, message.encodeToWire().getBytes());
  }
}
