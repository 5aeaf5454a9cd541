package io.heraldmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heraldmesh.Await;
import io.heraldmesh.cluster.TestMembers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three control nodes, each a process of its own, and the one that distributes stands still with
 * all its sockets open, as in a long pause or on a machine that swaps. To the others it looks like
 * a network that is silent.
 */
@SuppressWarnings("NullAway.Init") // what the test begins with
class HangingMemberTest {
  private static final List<String> NAMES = List.of("c1", "c2", "c3");

  /** Heartbeats are missed for 10 s; the rest is for a busy machine. */
  private static final Duration OUT_WITHIN = Duration.ofSeconds(25);

  private static final Duration WITHIN = Duration.ofSeconds(90);

  @TempDir Path folder;
  private final List<ControlNode> running = new ArrayList<>();

  @AfterEach
  void stop() {
    running.forEach(ControlNode::close);
  }

  @Test
  void itIsPutOutInTimeAnotherDistributesAndItComesBackByItself() throws Exception {
    ControlNodeFiles files = new ControlNodeFiles(folder, NAMES, List.of());
    files.prepare(List.of());
    List<Integer> ports = NAMES.stream().map(name -> TestMembers.freePort()).toList();
    for (String name : NAMES) {
      running.add(ControlNode.start(name, files.nodeFile(name, ports)));
    }
    running.forEach(ControlNode::ready);
    Await.until(WITHIN, "one of three leads", () -> leaders() == 1 && all(running, 3));
    ControlNode hanging = running.stream().filter(ControlNode::leads).findFirst().orElseThrow();
    List<ControlNode> others = running.stream().filter(node -> node != hanging).toList();

    long stopped = System.nanoTime();
    hanging.standStill();
    Await.until(OUT_WITHIN, "it is out", () -> all(others, 2));
    System.out.printf("out after %.1f s%n", (System.nanoTime() - stopped) / 1e9);
    Await.until(WITHIN, "another leads", () -> others.stream().anyMatch(ControlNode::leads));
    System.out.printf("another leads after %.1f s%n", (System.nanoTime() - stopped) / 1e9);
    ControlNode next = others.stream().filter(ControlNode::leads).findFirst().orElseThrow();

    long resumed = System.nanoTime();
    hanging.goOn();
    AtomicInteger looks = new AtomicInteger();
    Await.until(
        WITHIN,
        "three members again",
        () -> {
          // It was leading when it was stopped: not for a moment does it say so now.
          assertThat(hanging.leads()).isFalse();
          assertThat(next.leads()).isTrue();
          looks.incrementAndGet();
          return all(running, 3);
        });
    System.out.printf("back after %.1f s%n", (System.nanoTime() - resumed) / 1e9);
    assertThat(looks).hasPositiveValue();

    // It is of use: it follows when the one that leads now goes.
    running.remove(next);
    assertThat(next.stop()).isZero();
    Await.until(WITHIN, "one of two leads", () -> leaders() == 1 && all(running, 2));
    assertThat(running).contains(hanging);
  }

  private long leaders() {
    return running.stream().filter(ControlNode::leads).count();
  }

  private static boolean all(List<ControlNode> nodes, int members) {
    return nodes.stream().allMatch(node -> node.members() == members);
  }
}
