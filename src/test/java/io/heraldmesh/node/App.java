package io.heraldmesh.node;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A service behind a proxy: plain HTTP on loopback, with a record of what reached it. */
public final class App implements AutoCloseable {
  private final HttpServer server;
  private final List<Seen> record = new CopyOnWriteArrayList<>();

  /** A request as it arrived; header names in lower case. */
  public record Seen(String method, String target, Map<String, List<String>> headers) {}

  /** Answers 200 with what {@code body} makes of the request. */
  public App(Function<Seen, String> body) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", exchange -> answer(exchange, body));
    server.start();
  }

  /** Answers with the headers that reached it, as httpbin does. */
  public static App httpbin() throws IOException {
    return new App(
        seen -> {
          StringBuilder text = new StringBuilder();
          seen.headers()
              .forEach(
                  (name, values) -> text.append(name).append(": ").append(values).append('\n'));
          return text.toString();
        });
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public List<Seen> record() {
    return List.copyOf(record);
  }

  private void answer(HttpExchange exchange, Function<Seen, String> body) throws IOException {
    exchange.getRequestBody().readAllBytes();
    Map<String, List<String>> headers = new TreeMap<>();
    exchange
        .getRequestHeaders()
        .forEach((n, v) -> headers.put(n.toLowerCase(java.util.Locale.ROOT), List.copyOf(v)));
    Seen seen = new Seen(exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers);
    record.add(seen);
    byte[] bytes = body.apply(seen).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
