package io.heraldmesh.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpScheme;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Both ends of one HTTP/2 connection, without sockets or threads: bytes pass when told to. */
final class FramesPair implements AutoCloseable {
  final End client = new End();
  final End server = new End();
  final FrameConnection calls;
  final FrameConnection answers;
  final EmbeddedChannel clientChannel;
  final EmbeddedChannel serverChannel;

  /** What one end is told of its connection. */
  static final class End implements ConnectionListener {
    final List<Heard> opened = new ArrayList<>();
    long takes = -1;
    int closed;
    int sent;
    boolean goesAway;

    @Override
    public StreamListener opened(FrameStream stream) {
      Heard heard = new Heard();
      heard.stream = stream;
      opened.add(heard);
      return heard;
    }

    @Override
    public void closed(FrameStream stream) {
      closed++;
    }

    @Override
    public void takes(long streams) {
      takes = streams;
    }

    @Override
    public void sent() {
      sent++;
    }

    @Override
    public void goesAway() {
      goesAway = true;
    }
  }

  /** What one end is told of a stream. */
  static final class Heard implements StreamListener {
    private @Nullable FrameStream stream;
    final List<HttpObject> parts = new ArrayList<>();
    final List<String> events = new ArrayList<>();

    @Override
    public void received(HttpObject part) {
      parts.add(part);
    }

    @Override
    public void receivedAll() {
      events.add("all");
    }

    @Override
    public void writabilityChanged(boolean writable) {
      events.add("writable " + writable);
    }

    @Override
    public void malformed(Throwable cause) {
      events.add("malformed");
    }

    @Override
    public void failed(Throwable cause) {
      events.add("failed");
    }

    @Override
    public void closed() {
      events.add("closed");
    }

    FrameStream stream() {
      return Objects.requireNonNull(stream);
    }

    HttpMessage head() {
      return (HttpMessage) parts.getFirst();
    }

    long count(String event) {
      return events.stream().filter(event::equals).count();
    }

    /** Octets of the bodies so far. */
    int octets() {
      return parts.stream()
          .filter(HttpContent.class::isInstance)
          .mapToInt(part -> ((HttpContent) part).content().readableBytes())
          .sum();
    }

    String body() {
      StringBuilder body = new StringBuilder();
      for (HttpObject part : parts) {
        if (part instanceof HttpContent content) {
          body.append(content.content().toString(StandardCharsets.UTF_8));
        }
      }
      return body.toString();
    }
  }

  /**
   * @param streams that the server lets be open at a time
   */
  FramesPair(int streams) {
    calls = FrameConnections.client(8192, true, client);
    answers = FrameConnections.server(streams, 8192, 200, server);
    clientChannel = new EmbeddedChannel(calls);
    serverChannel = new EmbeddedChannel(answers);
    pass();
  }

  /** A call that has not begun. */
  Heard call() {
    Heard heard = new Heard();
    heard.stream = calls.newStream(HttpScheme.HTTPS.name(), heard);
    return heard;
  }

  /** Lets pass all that both have to say. */
  void pass() {
    boolean more = true;
    while (more) {
      clientChannel.runPendingTasks();
      serverChannel.runPendingTasks();
      boolean asked = pass(clientChannel, serverChannel);
      more = pass(serverChannel, clientChannel) || asked;
    }
  }

  private static boolean pass(EmbeddedChannel from, EmbeddedChannel to) {
    ByteBuf bytes;
    boolean some = false;
    while ((bytes = from.readOutbound()) != null) {
      some = true;
      if (to.isOpen()) {
        to.writeOneInbound(bytes);
      } else {
        bytes.release();
      }
    }
    if (some) {
      to.flushInbound();
    }
    return some;
  }

  @Override
  public void close() {
    server.opened.forEach(heard -> heard.parts.forEach(ReferenceCountUtil::release));
    clientChannel.finishAndReleaseAll();
    serverChannel.finishAndReleaseAll();
  }
}
