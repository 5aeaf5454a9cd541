package io.heraldmesh.distributor;

import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.identity.TrustDomain;
import io.heraldmesh.store.Announced;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which nodes there are, and what they run: they announce themselves, take their leave, fall silent
 * and come back, and run nothing that is not registered for them. What they say is on disk for
 * whoever distributes next before it is confirmed. Lives on one event loop.
 */
final class Presence {
  private static final Logger LOG = LoggerFactory.getLogger(Presence.class);

  private final TrustDomain domain;
  private final NodeRoll nodes;
  private final Registered registered;
  private final NodeMemory memory;
  private final InstantSource clock;
  private final AnnouncementLimit limit;
  private final Runnable changed;
  private final Map<String, Refusal> refusals = new TreeMap<>();

  /** Nodes whose last announcement is not on disk yet. */
  private final Set<String> unkept = new HashSet<>();

  private final long settledAt;
  private boolean settled;

  private record Refusal(String text, Instant at) {}

  /**
   * @param nodes who comes and goes is written here, by nobody else
   * @param settle how long nodes are waited for, where whoever distributed before left no word
   * @param limit what one node may announce
   * @param changed called when what nodes run is not what it was
   */
  Presence(
      TrustDomain domain,
      NodeRoll nodes,
      Registered registered,
      NodeMemory memory,
      InstantSource clock,
      Duration settle,
      AnnouncementLimit limit,
      Runnable changed) {
    this.domain = domain;
    this.nodes = nodes;
    this.registered = registered;
    this.memory = memory;
    this.clock = clock;
    this.limit = limit;
    this.changed = changed;
    this.settledAt = System.nanoTime() + settle.toNanos();
    this.settled = settle.isZero();
  }

  /**
   * Takes the nodes of whoever distributed before as they were: that they have not spoken yet is no
   * reason to send their callers away.
   */
  Future<Void> remember() {
    return memory.read().onSuccess(all -> all.forEach(this::remember)).mapEmpty();
  }

  private void remember(Announced announced) {
    // Whoever left says so there, so there is nobody to wait for.
    settled = true;
    Optional<Announcement> said = NodeMemory.announcement(announced);
    SpiffeId id = SpiffeId.herald(domain, HeraldRole.NODE, announced.node());
    NodeRecord node =
        said.map(a -> NodeRecord.remembered(id, a, announced.lostAt() != null, clock.instant()))
            .filter(this::mayRun)
            .orElse(null);
    Instant leftAt = NodeMemory.leftAt(announced);
    if (node != null) {
      nodes.put(node);
    } else if (leftAt != null) {
      nodes.leave(announced.node(), announced.sequence(), leftAt);
    } else {
      nodes.remove(announced.node(), announced.sequence());
    }
  }

  /**
   * What is in force stays until the nodes that it stands on are known again; whoever distributed
   * before leaves word of them, unless the database is new.
   */
  boolean settled() {
    settled =
        settled
            || System.nanoTime() - settledAt >= 0
            || nodes.knows(registered.now().byNode().keySet());
    return settled;
  }

  /**
   * Fails when something in it is not registered, when it is not the newest of this node, and when
   * the node says too much; then it has to say it again.
   */
  Future<Void> announce(SpiffeId node, Announcement announcement) {
    String name = node.herald().orElseThrow().name();
    return registered
        .of(name, now -> Registered.refusal(now, name, announcement).isEmpty())
        .compose(
            now ->
                Registered.refusal(now, name, announcement)
                    .map(text -> notRegistered(name, text))
                    .orElseGet(() -> taken(node, announcement)));
  }

  private Future<Void> notRegistered(String name, String text) {
    LOG.warn("announcement refused problem=\"{}\"", text);
    refusals.put(name, new Refusal(text, clock.instant()));
    return Future.failedFuture(new BusException(BusFailure.NOT_REGISTERED, text));
  }

  private Future<Void> taken(SpiffeId node, Announcement announcement) {
    String name = node.herald().orElseThrow().name();
    NodeRecord known = nodes.get(name);
    if (announcement.sequence() <= nodes.sequence(name)) {
      return Future.failedFuture(
          new BusException(BusFailure.REPLAYED, "a later announcement came before"));
    }
    if (!limit.take(name)) {
      return Future.failedFuture(
          new BusException(BusFailure.OVERLOADED, "announced too often, again in a second"));
    }
    refusals.remove(name);
    Instant now = clock.instant();
    NodeRecord said =
        known == null
            ? NodeRecord.announced(node, announcement, now)
            : known.announcing(announcement, now);
    nodes.put(said);
    LOG.info("node announced node={} workloads={}", name, announcement.workloads().size());
    changed.run();
    boolean kept =
        known != null
            && !known.silent()
            && !unkept.contains(name)
            && known.announcement().schemaLevel() == announcement.schemaLevel()
            && known.announcement().workloads().equals(announcement.workloads());
    return kept ? Future.succeededFuture() : keep(said);
  }

  /** Fails when it is not on disk; the node then says it again. */
  private Future<Void> keep(NodeRecord node) {
    unkept.add(node.name());
    return memory
        .present(node.name(), node.announcement(), node.silent() ? node.contact().since() : null)
        .onSuccess(done -> unkept.remove(node.name()))
        .onFailure(e -> LOG.warn("node not kept node={} {}", node.name(), e.getMessage()));
  }

  /** The node takes its leave; nothing that it said before counts any more. */
  Future<Void> withdraw(SpiffeId node, long sequence) {
    String name = node.herald().orElseThrow().name();
    NodeRecord known = nodes.get(name);
    if (known == null || sequence <= known.sequence()) {
      return Future.succeededFuture();
    }
    Instant now = clock.instant();
    nodes.leave(name, sequence, now);
    countsNoMore(name);
    LOG.info("node withdrew node={}", name);
    return memory.left(name, sequence, now);
  }

  /** See {@link DistributorVerticle#forget}. */
  Future<Void> forget(String name) {
    refusals.remove(name);
    NodeRecord known = nodes.get(name);
    if (known != null) {
      gone(known);
      LOG.info("node forgotten node={}", name);
    }
    nodes.keepGone(registered.now().byNode().keySet());
    return known == null ? Future.succeededFuture() : memory.forget(name);
  }

  /** What it announced counts no more, and does not come back by a message from before. */
  private void gone(NodeRecord node) {
    nodes.remove(node.name(), node.sequence());
    countsNoMore(node.name());
  }

  private void countsNoMore(String name) {
    unkept.remove(name);
    changed.run();
  }

  /** Hears of a node; null: it has to announce itself first. */
  @Nullable NodeRecord seen(SpiffeId node) {
    NodeRecord known = nodes.get(node.herald().orElseThrow().name());
    if (known == null) {
      return null;
    }
    NodeRecord seen = known.seen(clock.instant());
    nodes.put(seen);
    if (known.silent()) {
      LOG.info("node is back node={}", seen.name());
      keep(seen);
      changed.run();
    }
    return seen;
  }

  /**
   * Looks for nodes that were not heard of, and for those that may not run what they run; to be
   * called now and then.
   *
   * @return the names of the latter, which count no more
   */
  List<String> look() {
    Instant now = clock.instant();
    refusals.entrySet().removeIf(one -> isOver(one.getKey(), one.getValue(), now));
    nodes.keepGone(registered.now().byNode().keySet());
    limit.keep(registered.now().byNode().keySet());
    List<String> lost = new ArrayList<>();
    boolean fewer = false;
    for (NodeRecord node : List.copyOf(nodes.all())) {
      if (!mayRun(node)) {
        LOG.warn("node has lost a registration, it has to announce again node={}", node.name());
        lostRegistration(node);
        lost.add(node.name());
      } else if (node.contact().isOver(now)) {
        LOG.warn("node is silent node={} since={}", node.name(), node.contact().since());
        NodeRecord silent = node.goneSilent();
        nodes.put(silent);
        keep(silent);
        fewer = true;
      }
    }
    if (fewer) {
      changed.run();
    }
    return lost;
  }

  /** Nothing is registered for it, and it does not try any more: it was deleted somewhere. */
  private boolean isOver(String name, Refusal refusal, Instant now) {
    return !registered.now().byNode().containsKey(name)
        && now.isAfter(refusal.at().plus(NodeRecord.SILENCE));
  }

  private void lostRegistration(NodeRecord node) {
    gone(node);
    Future<Void> kept =
        registered.now().byNode().containsKey(node.name())
            ? memory.takenBack(node.name(), node.sequence())
            : memory.forget(node.name());
    kept.onFailure(e -> LOG.warn("node not forgotten node={} {}", node.name(), e.getMessage()));
  }

  /** False: something that it announced was taken back since, here or at another control node. */
  private boolean mayRun(NodeRecord node) {
    return Registered.refusal(registered.now(), node.name(), node.announcement()).isEmpty();
  }

  /** Why announcements were refused, of nodes that have made no good one since. */
  Collection<String> refusals() {
    return refusals.values().stream().map(Refusal::text).toList();
  }
}
