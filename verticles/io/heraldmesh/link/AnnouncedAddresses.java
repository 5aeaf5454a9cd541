package io.heraldmesh.link;

import io.heraldmesh.bus.AdvertisedAddress;
import io.heraldmesh.bus.Announcement;
import io.heraldmesh.bus.BusException;
import io.heraldmesh.bus.BusFailure;
import io.heraldmesh.bus.ClaimedAnnouncement;
import io.heraldmesh.bus.MalformedMessage;
import io.heraldmesh.bus.RegistrationSource;
import io.heraldmesh.bus.Registrations;
import io.heraldmesh.identity.SpiffeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where an attached node may say that it is reached: at the address that its link comes from, and
 * where it is registered to be. A name must be registered. Announcements are only refused here, not
 * believed: their signatures are verified by whoever distributes. Thread-safe.
 */
record AnnouncedAddresses(Vertx vertx, RegistrationSource registrations) {
  private static final Logger LOG = LoggerFactory.getLogger(AnnouncedAddresses.class);

  /**
   * Completes unless {@code envelope} announces an address that the node may not. Fails with {@link
   * BusFailure#NOT_REGISTERED} then, with {@link BusFailure#NOT_READY} when what is registered
   * cannot be read, and with {@link BusFailure#MALFORMED} when the announcement cannot be.
   *
   * @param seen where the node's link comes from
   */
  Future<Void> check(SpiffeId node, String seen, byte[] envelope) {
    try {
      Optional<Announcement> said = ClaimedAnnouncement.of(envelope);
      return said.isEmpty()
          ? Future.succeededFuture()
          : check(node.herald().orElseThrow().name(), seen, unseen(said.get(), seen));
    } catch (MalformedMessage e) {
      return Future.failedFuture(
          new BusException(BusFailure.MALFORMED, Shown.line(String.valueOf(e.getMessage()))));
    }
  }

  /** Looked up before a node is refused: it may have been registered elsewhere just now. */
  private Future<Void> check(String node, String seen, List<String> hosts) {
    if (foreign(registrations.get(), node, hosts).isEmpty()) {
      return Future.succeededFuture();
    }
    return vertx
        .executeBlocking(() -> registrations.lookUp(node), false)
        .recover(AnnouncedAddresses::away)
        .compose(
            now ->
                foreign(now, node, hosts)
                    .map(host -> Future.<Void>failedFuture(refusal(node, seen, host)))
                    .orElseGet(Future::succeededFuture));
  }

  private static <T> Future<T> away(Throwable cause) {
    LOG.debug("registrations not read", cause);
    return Future.failedFuture(
        new BusException(BusFailure.NOT_READY, "what is registered cannot be read now"));
  }

  private static Optional<String> foreign(Registrations now, String node, List<String> hosts) {
    return hosts.stream().filter(host -> !now.reached(node, host)).findFirst();
  }

  private static BusException refusal(String node, String seen, String host) {
    String shown = Shown.line(host);
    return new BusException(
        BusFailure.NOT_REGISTERED,
        "announced "
            + shown
            + ", but is attached from "
            + seen
            + ": correct advertise in the node file, or register the address: herald token create"
            + " --node "
            + node
            + " --address "
            + shown);
  }

  private static List<String> unseen(Announcement said, String seen) {
    Optional<InetAddress> from = AdvertisedAddress.literal(withoutZone(seen));
    return said.workloads().stream()
        .flatMap(workload -> workload.ports().stream())
        .map(Announcement.AnnouncedPort::host)
        .distinct()
        .filter(
            host ->
                AdvertisedAddress.literal(host)
                    .filter(at -> from.filter(its -> isSeen(its, at)).isPresent())
                    .isEmpty())
        .toList();
  }

  private static boolean isSeen(InetAddress from, InetAddress at) {
    return from.equals(at)
        || from.isLoopbackAddress() && (at.isLoopbackAddress() || isOfThisMachine(at));
  }

  /** Who comes by loopback runs here, and is reached at any address of this machine. */
  private static boolean isOfThisMachine(InetAddress at) {
    try {
      return NetworkInterface.getByInetAddress(at) != null;
    } catch (SocketException e) {
      LOG.debug("interfaces not read", e);
      return false;
    }
  }

  /** Of a link-local IPv6 address. */
  private static String withoutZone(String address) {
    int zone = address.indexOf('%');
    return zone < 0 ? address : address.substring(0, zone);
  }
}
