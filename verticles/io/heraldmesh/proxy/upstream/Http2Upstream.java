package io.heraldmesh.proxy.upstream;

import io.heraldmesh.proxy.http2.ConnectionListener;
import io.heraldmesh.proxy.http2.FrameBudget;
import io.heraldmesh.proxy.http2.FrameConnection;
import io.heraldmesh.proxy.http2.FrameConnections;
import io.heraldmesh.proxy.http2.FrameStream;
import io.heraldmesh.proxy.http2.StreamListener;
import io.heraldmesh.proxy.upstream.Circuit.Place;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpScheme;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import java.time.Instant;
import java.util.ArrayDeque;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** One HTTP/2 connection to a target and the streams on it. Belongs to its event loop. */
final class Http2Upstream extends ChannelInboundHandlerAdapter
    implements Opened, ConnectionListener {
  /**
   * As many as there is room for what the other side sends, should none of them be read; and no
   * more than it takes, once it says that.
   */
  static final int MOST_STREAMS = 100;

  private final Target target;

  /**
   * After so many calls that were taken back it gets no more. A server that sees too many ends the
   * connection, with the calls of everybody on it: Herald's at 200 in 30 s.
   */
  private static final int MOST_ABORTED = 100;

  private final Http2Pool pool;
  private final long generation;
  private final @Nullable Place place;
  private final ArrayDeque<ResponseSink> waiting = new ArrayDeque<>();
  private @Nullable Channel connection;
  private final FrameBudget budget;
  private @Nullable FrameConnection frames;
  private AsciiString scheme = HttpScheme.HTTP.name();
  private long most;
  private int open;
  private int lent;
  private int aborted;
  private boolean used;
  private boolean ending;
  private @Nullable String fault;
  private long opened;
  private long idleSince;

  /**
   * @param place of its own in the target's circuit; null: it is not counted
   */
  Http2Upstream(Target target, Http2Pool pool, long generation, @Nullable Place place) {
    this.target = target;
    this.pool = pool;
    this.generation = generation;
    this.place = place;
    this.most = Math.min(pool.taken(target), target.limits().streams());
    this.idleSince = pool.now();
    this.budget = FrameBudget.ofServer(pool::now);
  }

  Target target() {
    return target;
  }

  long generation() {
    return generation;
  }

  /** The connection is there. */
  boolean isOpen() {
    return frames != null;
  }

  /** Its server has to show a newer certificate, which it does on a new connection. */
  boolean proofIsOver(Instant now) {
    Channel here = connection;
    return here != null && Proof.over(here, now);
  }

  /** Coarse time in ms since when it {@link #isOpen}. */
  long opened() {
    return opened;
  }

  /** Coarse time in ms at which the last stream ended. */
  long idleSince() {
    return idleSince;
  }

  /** No stream, and nobody who waits for one. */
  boolean carriesNothing() {
    return isOpen() && open == 0;
  }

  /** Another stream may be opened. */
  boolean free() {
    return !ending && open + waiting.size() < most;
  }

  void lend(ResponseSink sink) {
    lent++;
    if (lent == target.limits().requests()) {
      // it carries what it has, and closes itself then
      ending = true;
      pool.remove(this);
    }
    FrameConnection ready = frames;
    if (ready == null) {
      waiting.add(sink);
    } else {
      openStream(ready, sink);
    }
  }

  /** {@code sink} does not wait any more; false when it did not. */
  boolean forget(ResponseSink sink) {
    boolean waited = waiting.remove(sink);
    if (waited) {
      pool.left(this);
    }
    return waited;
  }

  @Override
  public void ready(Channel channel) {
    connection = channel;
    opened = pool.now();
    idleSince = opened;
    if (place != null) {
      place.freeWith(channel);
    }
    if (target.mayBeDeclined() && !takesHttp2(channel)) {
      decline(channel);
      return;
    }
    if (channel.pipeline().get(SslHandler.class) != null) {
      scheme = HttpScheme.HTTPS.name();
    }
    // another proxy says what it takes, and not less
    boolean lenient = !(target.secured() instanceof Target.Mesh);
    FrameConnection opening = FrameConnections.client(pool.headerListBytes(), lenient, this);
    channel.pipeline().addLast(Flushes.together(), budget, opening, this);
    opening.widen(MOST_STREAMS);
    frames = opening;
    ResponseSink sink;
    while ((sink = waiting.poll()) != null) {
      pool.left(this);
      openStream(opening, sink);
    }
    if (ending && open == 0) {
      channel.close();
    }
  }

  private static boolean takesHttp2(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    return tls != null && "h2".equals(tls.applicationProtocol());
  }

  /** Who waits gets a connection without the others. */
  private void decline(Channel channel) {
    pool.declined(target);
    end();
    channel.close();
    failAll(
        new UpstreamFailure(UpstreamFailure.NOT_SHARED, target.describe() + " takes no HTTP/2"));
  }

  @Override
  public void failed(UpstreamFailure failure) {
    end();
    if (place != null) {
      place.free();
    }
    failAll(failure);
  }

  private void failAll(UpstreamFailure failure) {
    ResponseSink sink;
    while ((sink = waiting.poll()) != null) {
      pool.left(this);
      sink.failed(failure);
    }
  }

  /** Push was turned off, and a server that does it all the same is not listened to. */
  @Override
  public StreamListener opened(FrameStream stream) {
    throw new IllegalStateException("a server opens no streams");
  }

  @Override
  public void closed(FrameStream stream) {
    // of this side's own streams each call says so
  }

  @Override
  public void takes(long streams) {
    pool.takes(target, streams);
    most = Math.min(Math.min(streams, MOST_STREAMS), target.limits().streams());
    if (most == 0 && open == 0) {
      end();
    }
  }

  @Override
  public void sent() {
    budget.sent();
  }

  @Override
  public void goesAway() {
    end();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (fault == null && isFault(cause)) {
      fault = "broke the rules of HTTP/2: " + cause.getMessage();
    }
    end();
    ctx.close();
  }

  /** The other side broke the rules, and did not just go away. */
  private static boolean isFault(Throwable cause) {
    return cause instanceof Http2Exception
        || cause instanceof DecoderException && !(cause.getCause() instanceof SSLException);
  }

  /** How the other side broke the rules, so that every stream ends; null: it did not. */
  @Nullable String fault() {
    return fault;
  }

  /** It gets no more streams, and closes when it has none. */
  void end() {
    ending = true;
    pool.remove(this);
    if (connection != null && open == 0) {
      connection.close();
    }
  }

  private void openStream(FrameConnection ready, ResponseSink sink) {
    open++;
    budget.called();
    boolean again = used;
    used = true;
    sink.connected(new Http2Call(this, ready, scheme, sink, again));
  }

  /** One of its calls is taken back, before it is over. */
  void aborted() {
    aborted++;
    if (aborted == MOST_ABORTED) {
      // it carries what it has, and closes itself then
      end();
    }
  }

  /** One of its calls is over. */
  void closed() {
    open--;
    idleSince = pool.now();
    if (most == 0 && open == 0) {
      // one that takes none is of no use, and there would be another for every request
      end();
    } else if (ending && open == 0 && connection != null) {
      connection.close();
    } else if (!ending) {
      pool.freed(this);
    }
  }
}
