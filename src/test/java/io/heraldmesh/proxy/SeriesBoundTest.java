package io.heraldmesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.policy.MtlsMode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Nothing that a client chooses becomes a time series: 10,000 hosts, paths, methods and header
 * values of a stranger's later there are as many as before.
 */
@Timeout(120)
class SeriesBoundTest {
  private static final int CLIENTS = 10;
  private static final int EACH = 1000;

  @Test
  void whatClientsChooseDoesNotAddSeries() throws Exception {
    try (Mesh mesh = Mesh.ready()) {
      mesh.policy(MtlsMode.PERMISSIVE);
      all(mesh, 3);
      int before = mesh.meters.getMeters().size();
      all(mesh, EACH);
      assertThat(mesh.meters.getMeters().size()).isLessThanOrEqualTo(before);
      assertThat(before).isLessThan(200);
      double counted =
          mesh.meters.find("istio_requests_total").counters().stream()
              .mapToDouble(c -> c.count())
              .sum();
      assertThat(counted).isGreaterThanOrEqualTo(CLIENTS * EACH);
    }
  }

  private static void all(Mesh mesh, int each) throws Exception {
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
      for (int i = 0; i < CLIENTS; i++) {
        String name = each + "-" + i;
        boolean inbound = i % 2 == 0;
        running.add(
            threads.submit(
                () -> {
                  strange(mesh, name, inbound, each);
                  return null;
                }));
      }
      for (Future<?> one : running) {
        one.get(100, TimeUnit.SECONDS);
      }
    }
  }

  private static void strange(Mesh mesh, String name, boolean inbound, int each) throws Exception {
    try (RawClient client = new RawClient(inbound ? mesh.inbound : mesh.outbound)) {
      for (int i = 0; i < each; i++) {
        String mark = name + "-" + i;
        client.head(
            "M" + mark + " /p/" + mark + "?q=" + mark + " HTTP/1.1",
            "Host: h" + mark + ".test",
            "User-Agent: " + mark,
            "X-Request-Id: " + mark,
            "X-Forwarded-Client-Cert: By=spiffe://" + mark,
            "Content-Length: 0");
        int status = client.answer().status();
        assertThat(status).isEqualTo(inbound ? 200 : 502);
      }
    }
  }
}
