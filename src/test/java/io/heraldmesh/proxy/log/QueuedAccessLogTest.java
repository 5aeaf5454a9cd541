package io.heraldmesh.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heraldmesh.Await;
import io.heraldmesh.LogLines;
import io.heraldmesh.policy.Reason;
import io.heraldmesh.proxy.log.QueuedAccessLog.Destination;
import io.heraldmesh.proxy.log.QueuedAccessLog.Format;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Access log lines can be read by a machine, whatever a client sent. */
class QueuedAccessLogTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  @Test
  void anEntryIsOneLineOfJson() throws Exception {
    try (QueuedAccessLog log =
        new QueuedAccessLog(Format.JSON, () -> out, 1, new Random(1), meters)) {
      log.log(entry("/a\"\n\u0001{}", 403));
    }
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines).hasSize(1);
    JsonNode json = new ObjectMapper().readTree(lines.getFirst());
    assertThat(json.get("path").asText()).isEqualTo("/a\"\n\u0001{}");
    assertThat(json.get("start_time").asText()).isEqualTo("2026-01-02T03:04:05.678Z");
    assertThat(json.get("response_code").asInt()).isEqualTo(403);
    assertThat(json.get("reason").asText()).isEqualTo("deny_matched");
    assertThat(json.get("policy").asText()).isEqualTo("b/deny");
  }

  @Test
  void whatWentWrongIsEnvoysFlagAndHeraldsOwnWord() throws Exception {
    try (QueuedAccessLog log =
        new QueuedAccessLog(Format.JSON, () -> out, 1, new Random(1), meters)) {
      log.log(entry("http/1.1", "/", 503, "upstream_connect_failed", false));
      log.log(entry("/", 200));
    }
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    JsonNode failed = new ObjectMapper().readTree(lines.getFirst());
    assertThat(failed.get("response_flags").asText()).isEqualTo("UF");
    assertThat(failed.get("failure").asText()).isEqualTo("upstream_connect_failed");
    JsonNode served = new ObjectMapper().readTree(lines.getLast());
    assertThat(served.get("response_flags").asText()).isEqualTo("-");
    assertThat(served.has("failure")).isFalse();
  }

  @Test
  void anEntryIsWrittenSoonWhateverFollows() {
    SlowlyFlushed seen = new SlowlyFlushed();
    try (QueuedAccessLog log =
        new QueuedAccessLog(Format.JSON, () -> seen, 1, new Random(1), meters)) {
      log.log(entry("/first", 200));
      Await.until("the first is flushed", () -> seen.flushed().contains("/first"));
      log.log(entry("/second", 200));
      Await.until("the second is flushed", () -> seen.flushed().contains("/second"));
    }
  }

  @Test
  void onlyAShareOfGoodRequestsIsLoggedButEveryRefusal() {
    try (QueuedAccessLog log =
        new QueuedAccessLog(Format.JSON, () -> out, 0.1, new Random(1), meters)) {
      for (int i = 0; i < 1000; i++) {
        log.log(entry("/ok", 200));
      }
      for (int i = 0; i < 100; i++) {
        log.log(entry("/no", 403));
      }
    }
    String text = out.toString(StandardCharsets.UTF_8);
    assertThat(text.lines().filter(line -> line.contains("/no"))).hasSize(100);
    assertThat(text.lines().filter(line -> line.contains("/ok")).count()).isBetween(50L, 200L);
  }

  @Test
  void aRefusedConnectionIsLoggedWithItsReasonWhateverTheShare() throws Exception {
    try (QueuedAccessLog log =
        new QueuedAccessLog(Format.JSON, () -> out, 0, new Random(1), meters)) {
      log.log(entry("tcp", "/passed", 0, false));
      log.log(entry("tcp", "/refused", 0, true));
    }
    JsonNode json = new ObjectMapper().readTree(out.toString(StandardCharsets.UTF_8));
    assertThat(json.get("path").asText()).isEqualTo("/refused");
    assertThat(json.get("reason_detail").asText()).isEqualTo("a rule matched");
  }

  @Test
  void aWriterThatHangsDropsEntriesAndHoldsNobodyUp() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    try (QueuedAccessLog log =
        new QueuedAccessLog(
            Format.JSON,
            () -> {
              try {
                stuck.await(10, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
              return out;
            },
            1,
            new Random(1),
            meters)) {
      for (int i = 0; i < 20_000; i++) {
        log.log(entry("/ok", 200));
      }
      assertThat(meters.get("herald_access_log_dropped_total").counter().count())
          .isGreaterThan(10_000);
      stuck.countDown();
    }
  }

  /** 8,192 long entries would fill a small heap. */
  @Test
  void aWriterThatHangsIsWaitedForByNoMoreOctetsThanAllowed() throws Exception {
    CountDownLatch opening = new CountDownLatch(1);
    CountDownLatch stuck = new CountDownLatch(1);
    Destination hanging =
        () -> {
          opening.countDown();
          try {
            assertThat(stuck.await(10, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          return out;
        };
    try (QueuedAccessLog log =
        new QueuedAccessLog(Format.JSON, hanging, 1, new Random(1), meters, 10_000)) {
      log.log(entry("/first", 200));
      assertThat(opening.await(10, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < 20; i++) {
        log.log(entry("/" + "x".repeat(900), 200)); // 1,257 with all else
      }
      assertThat(meters.get("herald_access_log_dropped_total").counter().count()).isEqualTo(13);
      stuck.countDown();
      Await.until("what waited is written", () -> lines() == 8);
      log.log(entry("/again", 200));
    }
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("/again");
  }

  private long lines() {
    return out.toString(StandardCharsets.UTF_8).lines().count();
  }

  @Test
  void aLogThatCannotBeOpenedIsToldOfOnceAndItsLinesCount() {
    lost(
        () -> {
          throw new IOException("nowhere to write");
        },
        "nowhere to write");
  }

  /** A disk without room says so when what was gathered is written. */
  @Test
  void linesThatWereGatheredForADiskWithoutRoomCount() {
    lost(QueuedAccessLog.file(Path.of("/dev/full")), "No space left");
  }

  private void lost(Destination destination, String why) {
    try (LogLines said = new LogLines()) {
      try (QueuedAccessLog log =
          new QueuedAccessLog(Format.JSON, destination, 1, new Random(1), meters)) {
        for (int i = 0; i < 100; i++) {
          log.log(entry("/lost", 200));
        }
      }
      assertThat(meters.get("herald_access_log_dropped_total").counter().count()).isEqualTo(100);
      assertThat(said.warnings()).filteredOn(line -> line.contains(why)).hasSize(1);
    }
  }

  @Test
  void itIsOpenedAgainAfterARotation() throws Exception {
    AtomicInteger opened = new AtomicInteger();
    try (QueuedAccessLog log =
        new QueuedAccessLog(
            Format.JSON,
            () -> {
              opened.incrementAndGet();
              return out;
            },
            1,
            new Random(1),
            meters)) {
      log.log(entry("/1", 200));
      log.reopen();
      log.log(entry("/2", 200));
    }
    assertThat(opened.get()).isBetween(1, 2);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("/1", "/2");
  }

  @Test
  void aShareOutsideZeroToOneIsRefused() {
    assertThatThrownBy(
            () -> new QueuedAccessLog(Format.JSON, () -> out, 1.5, new Random(1), meters))
        .hasMessageContaining("1.5");
  }

  /** Shows only what was flushed. */
  private static final class SlowlyFlushed extends ByteArrayOutputStream {
    private volatile String flushed = "";

    @Override
    public synchronized void flush() {
      flushed = toString(StandardCharsets.UTF_8);
    }

    String flushed() {
      return flushed;
    }
  }

  private static AccessEntry entry(String path, int status) {
    return entry("http/1.1", path, status, false);
  }

  private static AccessEntry entry(String protocol, String path, int status, boolean denied) {
    return entry(protocol, path, status, "-", denied);
  }

  private static AccessEntry entry(
      String protocol, String path, int status, String flag, boolean denied) {
    return new AccessEntry(
        Instant.parse("2026-01-02T03:04:05.678Z"),
        "destination",
        "b/server",
        protocol,
        "GET",
        "server.b",
        path,
        status,
        flag,
        new Reason("deny_matched", "a rule matched", "b/deny", 0),
        denied,
        "mesh.test/ns/a/sa/client",
        null,
        true,
        CalledService.workload("b/server", 8080),
        "127.0.0.1",
        "127.0.0.1:9000",
        "id",
        "curl/8",
        null,
        0,
        2,
        150);
  }
}
