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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A node that may have 256 MiB, attacked in every way of {@link Attacks} while good clients call
 * through it. Windows with the attack and without take turns, so that what the machine does
 * meanwhile meets both alike; the first row attacks with nothing, and shows how far apart they are
 * by themselves. Ends with 1 when a row falls short, or when an event loop that is blocked on
 * purpose is not noticed: then nothing of the run counts. With fewer than three pairs of windows
 * times are shown, and not judged.
 *
 * <p>Arguments: file of the table, seconds of a window, pairs of windows, attacks (default all).
 */
final class OverloadRun {
  static final int PER_SECOND = 200;
  private static final Duration RECOVERED_WITHIN = Duration.ofSeconds(30);

  /** Attacks that take so long to build up that they are kept for all of their windows. */
  private static final List<String> KEPT = List.of("idle-mtls", "slowloris");

  private static final List<String> ALL =
      List.of(
          OverloadRow.NOTHING,
          "headers",
          "bodies",
          "connections",
          "slowloris",
          "idle-mtls",
          "upstream-slow",
          "upstream-reset",
          "upstream-half-closed",
          "handshakes",
          "streams");

  private final OverloadNode node;
  private final Attacking attacker;
  private final GoodClients good;
  private final OverloadPlan plan;
  private double nullSpread = OverloadRow.MOST_RATIO;

  private OverloadRun(OverloadNode node, Attacking attacker, GoodClients good, OverloadPlan plan) {
    this.node = node;
    this.attacker = attacker;
    this.good = good;
    this.plan = plan;
  }

  public static void main(String... arguments) throws Exception {
    Descendants.endWithThis();
    OverloadPlan plan = OverloadPlan.of(List.of(arguments), ALL);
    boolean held;
    try (RunFolder folder = RunFolder.make("herald-overload")) {
      LagControl control = LagControl.run(folder.path().resolve("control"));
      plan.say(control.said());
      held = control.seen() && run(folder.path().resolve("node"), plan);
      folder.held(held);
    }
    System.exit(held ? 0 : 1);
  }

  private static boolean run(Path folder, OverloadPlan plan) throws Exception {
    Files.createDirectories(folder);
    try (Attacking attacker = Attacking.start(folder)) {
      try (OverloadNode node = OverloadNode.shipped(folder, attacker.services())) {
        attacker.to("outbound", node.port("outbound:a/caller"));
        attacker.to("inbound:web", node.port("inbound:a/web:8080"));
        node.settle();
        try (GoodClients good = new GoodClients(node.port("outbound:a/caller"), PER_SECOND)) {
          OverloadRun run = new OverloadRun(node, attacker, good, plan);
          return run.rows();
        }
      }
    }
  }

  private boolean rows() throws IOException {
    plan.say(
        String.format(
            Locale.ROOT,
            "%nStarted %s; windows of %d s, %d pairs; %d requests a second; limit %d MiB by %s; as"
                + " shipped, and Java's options %s%n",
            Instant.now().truncatedTo(ChronoUnit.SECONDS),
            plan.window().toSeconds(),
            plan.pairs(),
            PER_SECOND,
            OverloadNode.LIMIT_MIB,
            node.grouped() ? "a control group" : "looking",
            OverloadNode.JAVA));
    plan.say(
        "| attack | p99 without, ms | p99 with, ms | ratio of pairs, median (least to most) | good"
            + " requests failed | attackers' connections | shed | refused | highest RSS, MiB | worst"
            + " lag without / with, ms | recovered after, s | |");
    plan.say("|---|---|---|---|---|---|---|---|---|---|---|---|");
    boolean held = true;
    for (String attack : plan.attacks()) {
      held &= row(attack);
      if (!node.process().isRunning()) {
        plan.say("the node has ended");
        held = false;
        break;
      }
    }
    plan.say("verdict: " + (held ? "held" : "FELL SHORT"));
    return held;
  }

  /** What the pairs of windows of one attack showed. */
  private static final class Seen {
    final List<GoodClients.Window> without = new ArrayList<>();
    final List<GoodClients.Window> with = new ArrayList<>();
    final List<String> failuresBetween = new ArrayList<>();
    double lagWithout;
    double lagWith;
    long connections;
  }

  private boolean row(String attack) throws IOException {
    Seen seen = new Seen();
    long files = node.files();
    String before = node.scrape();
    node.takeHighestMib();
    if (KEPT.contains(attack)) {
      for (int i = 0; i < plan.pairs(); i++) {
        without(seen);
      }
      start(attack, seen);
      for (int i = 0; i < plan.pairs(); i++) {
        with(seen);
      }
      stop(seen);
    } else {
      for (int i = 0; i < plan.pairs(); i++) {
        without(seen);
        start(attack, seen);
        with(seen);
        stop(seen);
      }
    }
    long rss = node.takeHighestMib();
    double recovered = recovery(seen, files);
    String after = node.scrape();
    String log = node.log();
    OverloadRow row =
        new OverloadRow(
            attack,
            List.copyOf(seen.without),
            List.copyOf(seen.with),
            List.copyOf(seen.failuresBetween),
            seen.connections,
            seen.lagWithout,
            seen.lagWith,
            rss,
            recovered,
            log.contains("OutOfMemoryError") || log.contains("OutOfDirectMemoryError"));
    return judge(row, before, after);
  }

  private boolean judge(OverloadRow row, String before, String after) throws IOException {
    if (row.attack().equals(OverloadRow.NOTHING)) {
      nullSpread = row.spread();
    }
    List<Double> ratios = row.ratios();
    plan.say(
        String.format(
            Locale.ROOT,
            "| %s | %.2f | %.2f | %.2f (%.2f to %.2f) | %d | %d | %s | %.0f | %d | %.0f / %.0f | %.0f |"
                + " %s |",
            row.attack(),
            GoodClients.together(row.without()).quantile(0.99),
            GoodClients.together(row.with()).quantile(0.99),
            row.medianRatio(),
            ratios.getFirst(),
            ratios.getLast(),
            row.failures().size(),
            row.connections(),
            shed(before, after),
            risen(before, after, "herald_connections_refused_total", ""),
            row.highestMib(),
            row.lagWithout(),
            row.lagWith(),
            row.recovered(),
            row.verdict(nullSpread)));
    row.failures().stream()
        .distinct()
        .limit(5)
        .forEach(f -> System.err.println(row.attack() + ": " + f));
    return row.wrong(nullSpread).isEmpty();
  }

  private static String shed(String before, String after) {
    String all =
        List.of("request", "connection", "idle", "newcomer", "head", "stalled").stream()
            .filter(what -> risen(before, after, "herald_overload_shed_total", quoted(what)) > 0)
            .map(
                what ->
                    what
                        + " "
                        + Math.round(
                            risen(before, after, "herald_overload_shed_total", quoted(what))))
            .collect(Collectors.joining(", "));
    return all.isEmpty() ? "0" : all;
  }

  private static String quoted(String what) {
    return "what=\"" + what + "\"";
  }

  private static double risen(String before, String after, String name, String labels) {
    return OverloadNode.metric(after, name, labels) - OverloadNode.metric(before, name, labels);
  }

  private void without(Seen seen) {
    between(seen);
    node.scrape();
    LockSupport.parkNanos(plan.window().toNanos());
    seen.without.add(good.take());
    seen.lagWithout = Math.max(seen.lagWithout, LagControl.lagMillis(node.scrape()));
  }

  private void with(Seen seen) {
    between(seen);
    LockSupport.parkNanos(plan.window().toNanos());
    seen.with.add(good.take());
    seen.lagWith = Math.max(seen.lagWith, LagControl.lagMillis(node.scrape()));
  }

  /** Ends a stretch that is no window: its times do not count, what failed in it does. */
  private GoodClients.Window between(Seen seen) {
    GoodClients.Window taken = good.take();
    seen.failuresBetween.addAll(taken.failures());
    return taken;
  }

  private void start(String attack, Seen seen) throws IOException {
    attacker.start(attack);
    seen.lagWith = Math.max(seen.lagWith, LagControl.lagMillis(node.scrape()));
  }

  private void stop(Seen seen) throws IOException {
    seen.connections += attacker.stop();
    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
    node.scrape();
  }

  /** Seconds until all is as it was; NaN when it is not in time. */
  private double recovery(Seen seen, long files) {
    double p99 = GoodClients.together(seen.without).quantile(0.99);
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < RECOVERED_WITHIN.toNanos()) {
      double after = (System.nanoTime() - begin) / 1e9;
      between(seen);
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      GoodClients.Window second = between(seen);
      boolean quick = second.quantile(0.9) <= Math.max(2 * p99, p99 + 10);
      if (second.failures().isEmpty()
          && quick
          && node.metric("herald_overload_level", "node") == 0
          && node.files() <= files + 60) {
        return after;
      }
    }
    System.err.printf(
        "not recovered: level %.0f, %d files, were %d%n",
        node.metric("herald_overload_level", "node"), node.files(), files);
    return Double.NaN;
  }
}
