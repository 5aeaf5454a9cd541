package io.heraldmesh.cli;

import io.heraldmesh.Descendants;
import io.heraldmesh.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * The attacks of {@link OverloadRun}, and its good clients, on a pair of HAProxy: what a proxy
 * written in C makes of the 99th percentile on the same machine. Nothing is judged. All attackers
 * come to its listener for plain text, since the other speaks nothing but mutual TLS.
 *
 * <p>Arguments: file of the table, seconds of a window, pairs of windows, attacks without TLS.
 */
final class OverloadPeer {
  private static final Duration WARM = Duration.ofSeconds(8);

  private final Attacking attacking;
  private final GoodClients good;
  private final OverloadPlan plan;

  private OverloadPeer(Attacking attacking, GoodClients good, OverloadPlan plan) {
    this.attacking = attacking;
    this.good = good;
    this.plan = plan;
  }

  public static void main(String... arguments) throws Exception {
    Descendants.endWithThis();
    OverloadPlan plan = OverloadPlan.of(List.of(arguments), List.of());
    try (RunFolder folder = RunFolder.make("herald-overload-peer");
        LabServices services = new LabServices()) {
      Path files = Files.createDirectories(folder.path().resolve("peer"));
      try (Attacking attacking = Attacking.start(files)) {
        Map<String, Integer> apps = new TreeMap<>(attacking.services());
        apps.put("web", services.http("web"));
        try (HaproxyPair pair = new HaproxyPair(files, apps)) {
          attacking.to("outbound", pair.port());
          attacking.to("inbound:web", pair.port());
          try (GoodClients good = new GoodClients(pair.port(), OverloadRun.PER_SECOND)) {
            LockSupport.parkNanos(WARM.toNanos());
            new OverloadPeer(attacking, good, plan).rows();
          }
        }
      }
      folder.held(true);
    }
    System.exit(0);
  }

  private void rows() throws IOException {
    plan.say(
        "%nHAProxy, started %s; windows of %d s, %d pairs; %d requests a second%n"
            .formatted(
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                plan.window().toSeconds(),
                plan.pairs(),
                OverloadRun.PER_SECOND));
    plan.say(
        "| attack | p99 without, ms | p99 with, ms | ratio of pairs, median (least to most) | good"
            + " requests failed | attackers' connections |");
    plan.say("|---|---|---|---|---|---|");
    for (String attack : plan.attacks()) {
      row(attack);
    }
  }

  private void row(String attack) throws IOException {
    List<GoodClients.Window> without = new ArrayList<>();
    List<GoodClients.Window> with = new ArrayList<>();
    List<String> between = new ArrayList<>();
    long connections = 0;
    for (int i = 0; i < plan.pairs(); i++) {
      between.addAll(good.take().failures());
      LockSupport.parkNanos(plan.window().toNanos());
      without.add(good.take());
      attacking.start(attack);
      between.addAll(good.take().failures());
      LockSupport.parkNanos(plan.window().toNanos());
      with.add(good.take());
      connections += attacking.stop();
      LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
    }
    OverloadRow row =
        new OverloadRow(attack, without, with, between, connections, 0, 0, 0, 0, false);
    plan.say(
        String.format(
            Locale.ROOT,
            "| %s | %.2f | %.2f | %.2f (%.2f to %.2f) | %d | %d |",
            attack,
            GoodClients.together(without).quantile(0.99),
            GoodClients.together(with).quantile(0.99),
            row.medianRatio(),
            row.ratios().getFirst(),
            row.ratios().getLast(),
            row.failures().size(),
            connections));
  }
}
