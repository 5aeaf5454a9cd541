package io.heraldmesh.admin;

import io.heraldmesh.bus.AdminCertificates.Certificate;
import io.heraldmesh.bus.AdminCertificates.InUse;
import io.heraldmesh.bus.AdminCertificates.InUsePage;
import io.heraldmesh.bus.AdminCertificates.InUseRequest;
import io.heraldmesh.bus.AdminCertificates.State;
import io.heraldmesh.bus.AdminCertificates.Unreported;
import io.heraldmesh.bus.AdminService;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.MeshStatus;
import io.heraldmesh.bus.MeshStatus.Left;
import io.heraldmesh.bus.MeshStatus.NodeStatus;
import io.heraldmesh.bus.Revocations;
import io.heraldmesh.bus.UsedCertificates.Reported;
import io.heraldmesh.bus.UsedCertificates.Used;
import io.heraldmesh.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which certificate breaks next: of each node what it says itself; of a node that says nothing, and
 * of operators, who are no nodes, what was issued to them last. Nobody waits for the next one of a
 * node that took its leave, of a name that is revoked, or of an operator whose has ended. Blocks.
 */
record CertificatesInUse(
    MeshAnswers mesh, Store store, HeldCertificates issued, InstantSource clock) {
  /** Nodes say it every minute. */
  private static final Duration SILENT = Duration.ofMinutes(3);

  private static final Comparator<InUse> SOONEST = Comparator.comparing(CertificatesInUse::key);

  /**
   * As of one moment.
   *
   * @param rows missing ones, then soonest end first
   * @param unreported nodes that say nothing, or no more, by name
   */
  record View(List<InUse> rows, List<Unreported> unreported) {

    InUsePage page(InUseRequest request) {
      String after = request.after();
      List<InUse> left =
          rows.stream().filter(row -> after == null || key(row).compareTo(after) > 0).toList();
      List<InUse> page = left.subList(0, Math.min(left.size(), request.most()));
      int named = Math.min(unreported.size(), AdminService.PAGE);
      return new InUsePage(
          rows.size(),
          page,
          unreported.subList(0, named),
          unreported.size() - named,
          page.size() < left.size() ? key(page.getLast()) : null);
    }

    int count(State state) {
      return (int) rows.stream().filter(row -> row.state() == state).count();
    }

    /** Those that there are, soonest end first. */
    List<Certificate> expiring(int most) {
      return rows.stream().flatMap(row -> certificate(row).stream()).limit(most).toList();
    }
  }

  /** Where a row stands in the order of all. */
  static String key(InUse row) {
    Instant end = row.notAfter();
    return "%015d %s %s"
        .formatted(end == null ? 0 : Math.max(0, end.toEpochMilli()), row.node(), row.identity());
  }

  /**
   * @param of one node; null: all
   */
  View view(@Nullable String of) throws InterruptedException, BusException {
    Instant now = clock.instant();
    List<Certificate> log = notRevoked(issued.all(), now);
    MeshStatus status = mesh.status();
    Map<String, Instant> left =
        status.left().stream().collect(Collectors.toMap(Left::name, Left::at));
    Map<String, Instant> issuedAt = new HashMap<>();
    log.forEach(one -> issuedAt.put(one.serial(), one.issuedAt()));
    Map<String, Instant> last = new TreeMap<>();
    List<InUse> rows = new ArrayList<>();
    for (Reported node : mesh.reports()) {
      if (!isAsked(node.node(), of)
          || !node.at().isAfter(left.getOrDefault(node.node(), Instant.MIN))) {
        continue;
      }
      last.merge(node.node(), node.at(), (a, b) -> a.isBefore(b) ? a : b);
      node.certificates().forEach(used -> rows.add(said(node, used, issuedAt, now)));
    }
    TreeSet<String> known = known(status, left.keySet(), log, of);
    log.stream()
        .filter(one -> isAsked(one.node(), of))
        .filter(
            one ->
                HeldCertificates.isOperators(one.identity())
                    ? one.state() != State.EXPIRED
                    : known.contains(one.node()) && !last.containsKey(one.node()))
        .forEach(one -> rows.add(issued(one)));
    known.addAll(last.keySet());
    return new View(
        rows.stream().sorted(SOONEST).toList(),
        known.stream()
            .map(node -> new Unreported(node, last.get(node)))
            .filter(one -> one.last() == null || one.last().isBefore(now.minus(SILENT)))
            .toList());
  }

  private static boolean isAsked(String node, @Nullable String of) {
    return of == null || of.equals(node);
  }

  private List<Certificate> notRevoked(List<Certificate> log, Instant now) {
    Revocations revoked =
        new Revocations(store.registrations().voidBefores(HeldCertificates.firstShown(now)));
    return log.stream().filter(one -> !revoked.voids(one.node(), one.issuedAt())).toList();
  }

  /** Nodes that ought to say something, of those that are asked for. */
  private TreeSet<String> known(
      MeshStatus status, Set<String> left, List<Certificate> log, @Nullable String of) {
    TreeSet<String> known = new TreeSet<>();
    (of == null ? store.registrations().all() : store.registrations().of(of))
        .forEach(one -> known.add(one.node()));
    known.removeAll(left);
    status.nodes().stream().map(NodeStatus::name).forEach(known::add);
    log.stream()
        .filter(one -> one.identity().contains("/herald/config/") && one.state() != State.EXPIRED)
        .map(Certificate::node)
        .forEach(known::add);
    known.removeIf(node -> !isAsked(node, of));
    return known;
  }

  private static InUse said(Reported node, Used used, Map<String, Instant> issuedAt, Instant now) {
    return new InUse(
        node.node(),
        used.identity(),
        used.serial(),
        used.notBefore(),
        used.notAfter(),
        state(used, issuedAt, now),
        used.issuer(),
        used.root(),
        used.trust(),
        used.renews(),
        used.lastError(),
        node.at());
  }

  private static State state(Used used, Map<String, Instant> issuedAt, Instant now) {
    String serial = used.serial();
    Instant begin = used.notBefore();
    Instant end = used.notAfter();
    if (serial == null || begin == null || end == null) {
      return State.MISSING;
    }
    // Certificates begin before they are issued, for clocks that are late.
    Instant from = Objects.requireNonNullElse(issuedAt.get(serial), begin);
    return HeldCertificates.state(from, end, used.renews() != null, now);
  }

  /** What was issued last is what is used, unless the node says otherwise. */
  private static InUse issued(Certificate one) {
    return new InUse(
        one.node(),
        one.identity(),
        one.serial(),
        one.issuedAt(),
        one.notAfter(),
        one.state(),
        null,
        null,
        null,
        null,
        null,
        null);
  }

  private static List<Certificate> certificate(InUse row) {
    return row.serial() == null || row.notBefore() == null || row.notAfter() == null
        ? List.of()
        : List.of(
            new Certificate(
                row.node(),
                row.identity(),
                row.serial(),
                row.notBefore(),
                row.notAfter(),
                row.state()));
  }
}
