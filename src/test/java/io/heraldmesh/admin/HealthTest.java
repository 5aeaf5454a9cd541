package io.heraldmesh.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.admin.Health.Condition;
import io.heraldmesh.admin.Health.State;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class HealthTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final SocketAddress ANY_PORT = SocketAddress.inetSocketAddress(0, "127.0.0.1");

  @AfterAll
  static void close() throws Exception {
    await(VERTX.close());
  }

  @Test
  void theWorstPartDecides() {
    Health health = new Health();
    health.register("policy", () -> Condition.OK);
    assertThat(health.report().state()).isEqualTo(State.READY);
    health.register("resources", () -> Condition.degraded("2 problems in a.yaml"));
    assertThat(health.report().state()).isEqualTo(State.DEGRADED);
    health.register("credentials", () -> Condition.notReady("no leaf yet"));
    assertThat(health.report().state()).isEqualTo(State.NOT_READY);
    assertThat(health.report().text())
        .isEqualTo("not ready\ncredentials: no leaf yet\nresources: 2 problems in a.yaml\n");
  }

  @Test
  void whatIsNotedIsToldAndReadyAllTheSame() {
    Health health = new Health();
    health.register("services", () -> Condition.noted(""));
    assertThat(health.report().text()).isEqualTo("ready\n");
    health.register("services", () -> Condition.noted("a/web listens on 0.0.0.0:80"));
    assertThat(health.report().state()).isEqualTo(State.READY);
    assertThat(health.report().text()).isEqualTo("ready\nservices: a/web listens on 0.0.0.0:80\n");
  }

  @Test
  void aCheckThatThrowsIsNotReady() {
    Health health = new Health();
    health.register(
        "broken",
        () -> {
          throw new IllegalStateException("secret");
        });
    assertThat(health.report().state()).isEqualTo(State.NOT_READY);
    assertThat(health.report().text()).doesNotContain("secret");
  }

  @Test
  void readyIs503UntilReadyAnd200WhileDegraded() throws Exception {
    Health health = new Health();
    AtomicReference<Condition> condition = new AtomicReference<>(Condition.notReady("starting"));
    health.register("node", condition::get);
    HttpServer server = await(new HealthServer(VERTX, health).listen(ANY_PORT));
    assertThat(get(server, "/healthz/ready").statusCode()).isEqualTo(503);
    assertThat(get(server, "/healthz/live").statusCode()).isEqualTo(200);
    condition.set(Condition.degraded("folder vanished"));
    assertThat(get(server, "/healthz/ready").statusCode()).isEqualTo(200);
    assertThat(get(server, "/healthz/ready").body()).contains("folder vanished");
    condition.set(Condition.OK);
    assertThat(get(server, "/healthz/ready").body()).isEqualTo("ready\n");
    assertThat(get(server, "/else").statusCode()).isEqualTo(404);
    HttpRequest post =
        HttpRequest.newBuilder(uri(server, "/healthz/ready"))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    assertThat(send(post).statusCode()).isEqualTo(405);
  }

  @Test
  void metricsAreServedAsPrometheusText() throws Exception {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    registry.counter("herald_test", "kind", "a").increment();
    HttpServer server = await(new MetricsServer(VERTX, registry).listen(ANY_PORT));
    assertThat(get(server, "/metrics").body()).contains("herald_test_total{kind=\"a\"} 1.0");
    assertThat(get(server, "/stats/prometheus").statusCode()).isEqualTo(200);
    assertThat(get(server, "/").statusCode()).isEqualTo(404);
  }

  private static HttpResponse<String> get(HttpServer server, String path) throws Exception {
    return send(HttpRequest.newBuilder(uri(server, path)).build());
  }

  private static URI uri(HttpServer server, String path) {
    return URI.create("http://127.0.0.1:" + server.actualPort() + path);
  }

  private static HttpResponse<String> send(HttpRequest request) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
