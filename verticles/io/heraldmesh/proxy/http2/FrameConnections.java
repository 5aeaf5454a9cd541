package io.heraldmesh.proxy.http2;

import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;

/** Makes the ends of HTTP/2 connections. What clients and servers may do is bounded here. */
public final class FrameConnections
    extends AbstractHttp2ConnectionHandlerBuilder<FrameConnection, FrameConnections> {
  private static final int RESET_WINDOW_SECONDS = 30;

  private final ConnectionListener owner;
  private final boolean lenient;

  private FrameConnections(
      boolean server, boolean lenient, Http2Settings settings, ConnectionListener owner) {
    this.lenient = lenient;
    this.owner = owner;
    initialSettings(settings);
    connection(fair(server));
    validateHeaders(true);
    headerSensitivityDetector(NeverIndexed::is);
  }

  /** Every stream has its turn: what a peer says of priorities is not worth the work. */
  private static Http2Connection fair(boolean server) {
    Http2Connection connection = new DefaultHttp2Connection(server);
    connection
        .remote()
        .flowController(
            new DefaultHttp2RemoteFlowController(
                connection, new UniformStreamByteDistributor(connection)));
    return connection;
  }

  /**
   * The end of a connection that calls.
   *
   * @param headerListBytes all fields of one message that may come
   * @param lenient the server gets heads up to a quarter longer than it said that it takes, which
   *     is but advice (RFC 9113 section 6.5.2): it answers them by itself. Longer ones are not
   *     sent, since some servers, Netty's among them, end the connection over them
   */
  public static FrameConnection client(
      int headerListBytes, boolean lenient, ConnectionListener owner) {
    Http2Settings settings =
        Http2Settings.defaultSettings().pushEnabled(false).maxHeaderListSize(headerListBytes);
    return new FrameConnections(false, lenient, settings, owner)
        .encoderIgnoreMaxHeaderListSize(false)
        .decoderEnforceMaxRstFramesPerWindow(0, 0)
        .encoderEnforceMaxRstFramesPerWindow(0, 0)
        .build();
  }

  /**
   * The end of a connection that is called.
   *
   * @param streams that may be open at a time
   * @param headerListBytes all fields of one message that may come
   * @param resets that may come in {@value #RESET_WINDOW_SECONDS} s
   */
  public static FrameConnection server(
      int streams, int headerListBytes, int resets, ConnectionListener owner) {
    Http2Settings settings =
        Http2Settings.defaultSettings()
            .maxConcurrentStreams(streams)
            .maxHeaderListSize(headerListBytes);
    return new FrameConnections(true, false, settings, owner)
        .validateRequiredPseudoHeaders(true)
        // whoever drains has a deadline of its own; the codec's would cut off what takes 30 s
        .gracefulShutdownTimeoutMillis(-1)
        .decoderEnforceMaxRstFramesPerWindow(resets, RESET_WINDOW_SECONDS)
        .build();
  }

  @Override
  protected FrameConnection build(
      Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
    PeerSettings peer =
        new PeerSettings(encoder.configuration().headersConfiguration(), lenient, owner);
    return new FrameConnection(decoder, encoder, settings, owner, peer);
  }
}
