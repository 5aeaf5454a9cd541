package io.heraldmesh.distributor;

import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.UsedCertificates;
import io.heraldmesh.bus.UsedCertificates.Reported;
import io.heraldmesh.bus.UsedCertificates.ReportsPage;
import io.heraldmesh.bus.UsedCertificates.Used;
import io.heraldmesh.bus.UsedCertificates.UsedReport;
import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What nodes said last of the certificates that they use; a silent node's word stays for a week, to
 * be shown with its time. What they said of services that can be called past them stays for three
 * minutes. Lives on one event loop.
 */
final class UsedReports {
  private static final Duration KEPT = Duration.ofDays(7);
  private static final int PAGE = 4 << 20;

  /** Nodes say each minute what is so still. */
  private static final Duration EXPOSED_KEPT = Duration.ofMinutes(3);

  /** Lines of all nodes. */
  private static final int MOST_LINES = 1000;

  /** How the keys of service nodes end. */
  private static final String SERVICE = " " + HeraldRole.NODE.word();

  /** By node and role: a control node and a service node of one name are two. */
  private final TreeMap<String, Said> last = new TreeMap<>();

  private record Said(Reported used, List<String> exposed) {
    String node() {
      return used.node();
    }
  }

  /** Fails when it is more than one node may tell. */
  Future<Void> take(SpiffeId sender, UsedReport report, Instant now) {
    if (report.certificates().size() > UsedCertificates.MOST) {
      return Future.failedFuture(
          new BusException(
              BusFailure.TOO_LARGE, "more than " + UsedCertificates.MOST + " certificates"));
    }
    List<Used> certificates = report.certificates().stream().map(UsedReports::mended).toList();
    List<String> exposed =
        report.exposed().stream()
            .limit(UsedCertificates.MOST_EXPOSED)
            .map(NodeText::mended)
            .toList();
    last.put(key(sender), new Said(new Reported(name(sender), now, certificates), exposed));
    return Future.succeededFuture();
  }

  private static Used mended(Used used) {
    return new Used(
        NodeText.mended(used.identity()),
        NodeText.mendedOrNull(used.serial()),
        used.notBefore(),
        used.notAfter(),
        NodeText.mendedOrNull(used.issuer()),
        NodeText.mendedOrNull(used.root()),
        used.trust(),
        used.renews(),
        NodeText.mendedOrNull(used.lastError()));
  }

  /** Of the node with this name nothing is to be told any more. */
  void forget(String node) {
    last.values().removeIf(one -> one.node().equals(node));
  }

  /** Drops what is too old, and what service nodes other than these said: they were deleted. */
  void sweep(Instant now, Set<String> registered) {
    last.entrySet()
        .removeIf(
            one -> one.getKey().endsWith(SERVICE) && !registered.contains(one.getValue().node()));
    last.values().removeIf(one -> one.used().at().isBefore(now.minus(KEPT)));
  }

  /** Which services can be called past policy, one sentence each. */
  List<String> exposed(Instant now) {
    Instant from = now.minus(EXPOSED_KEPT);
    return last.values().stream()
        .filter(said -> !said.used().at().isBefore(from))
        .flatMap(said -> said.exposed().stream().map(line -> "node " + said.node() + ": " + line))
        .limit(MOST_LINES)
        .toList();
  }

  ReportsPage page(@Nullable String after) {
    List<Reported> page = new ArrayList<>();
    long length = 0;
    for (Map.Entry<String, Said> one :
        (after == null ? last : last.tailMap(after, false)).entrySet()) {
      page.add(one.getValue().used());
      length += length(one.getValue().used());
      if (length >= PAGE && !one.getKey().equals(last.lastKey())) {
        return new ReportsPage(page, one.getKey());
      }
    }
    return new ReportsPage(page, null);
  }

  /** About so many characters, names of fields and times included. */
  private static long length(Reported one) {
    return 100 + one.certificates().stream().mapToLong(UsedReports::length).sum();
  }

  private static long length(Used used) {
    return 400L + length(used.identity()) + length(used.issuer()) + length(used.lastError());
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }

  private static String key(SpiffeId sender) {
    return name(sender) + " " + sender.herald().orElseThrow().role().word();
  }

  private static String name(SpiffeId sender) {
    return sender.herald().orElseThrow().name();
  }
}
