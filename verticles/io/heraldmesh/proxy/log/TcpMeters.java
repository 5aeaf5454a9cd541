package io.heraldmesh.proxy.log;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

/** Istio's standard metrics of TCP connections, for one kind of call. Thread-safe. */
public final class TcpMeters {
  private final Counter opened;
  private final Counter closed;
  private final Counter sent;
  private final Counter received;

  TcpMeters(MeterRegistry registry, Tags tags) {
    opened = counter(registry, "istio_tcp_connections_opened_total", "Connections opened.", tags);
    closed = counter(registry, "istio_tcp_connections_closed_total", "Connections closed.", tags);
    sent = counter(registry, "istio_tcp_sent_bytes_total", "Bytes to clients.", tags);
    received = counter(registry, "istio_tcp_received_bytes_total", "Bytes from clients.", tags);
  }

  /** Counts what has passed since the last call. */
  public void passed(long receivedBytes, long sentBytes) {
    received.increment((double) receivedBytes);
    sent.increment((double) sentBytes);
  }

  void opened() {
    opened.increment();
  }

  void closed() {
    closed.increment();
  }

  private static Counter counter(MeterRegistry registry, String name, String help, Tags tags) {
    return Counter.builder(name).description(help).tags(tags).register(registry);
  }
}
