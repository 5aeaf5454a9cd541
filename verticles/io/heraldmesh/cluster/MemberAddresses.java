package io.heraldmesh.cluster;

import com.hazelcast.config.TcpIpConfig;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the other members are, in numbers: Hazelcast leaves out a name that is not one of the
 * address that this member listens at. Blocks for the DNS; one thread at a time.
 */
final class MemberAddresses {
  private static final Logger LOG = LoggerFactory.getLogger(MemberAddresses.class);

  private final List<String> written;
  private final Class<? extends InetAddress> family;
  private final Set<String> missing = new HashSet<>();

  /**
   * @param written {@code host:port} of each, IPv6 in brackets
   * @param listen a member that listens at an IPv4 address calls nobody by IPv6, nor the reverse
   */
  MemberAddresses(List<String> written, InetAddress listen) {
    this.written = List.copyOf(written);
    this.family = listen.getClass();
  }

  /** Of the others that {@code settings} name. */
  static MemberAddresses of(ClusterSettings settings) {
    return new MemberAddresses(settings.members(), MemberConfig.resolved(settings.listen()));
  }

  /**
   * Tells Hazelcast, which may run, of those that it was not told of yet. An address that a name no
   * longer has stays: nobody is let in for an address.
   */
  void addTo(TcpIpConfig config) {
    for (String member : written) {
      for (String address : inNumbers(member)) {
        if (!config.getMembers().contains(address)) {
          config.addMember(address);
        }
      }
    }
  }

  /** All addresses that {@code member} has now; the log says once that it has none. */
  List<String> inNumbers(String member) {
    int colon = member.lastIndexOf(':');
    String port = member.substring(colon);
    List<String> found =
        addresses(member.substring(0, colon)).map(address -> literal(address) + port).toList();
    if (found.isEmpty() && missing.add(member)) {
      LOG.warn(
          "cluster member is not looked for, its name has no {} address; asked again every 10 s"
              + " while members are missing member={}",
          family == Inet4Address.class ? "IPv4" : "IPv6",
          member);
    } else if (!found.isEmpty() && missing.remove(member)) {
      LOG.info("cluster member is looked for member={} addresses={}", member, found);
    }
    return found;
  }

  /** The only one of an address that is written in numbers; those of this family of a name. */
  private Stream<InetAddress> addresses(String host) {
    try {
      return Stream.of(InetAddress.ofLiteral(unbracketed(host)));
    } catch (IllegalArgumentException name) {
      try {
        return Stream.of(InetAddress.getAllByName(host)).filter(family::isInstance);
      } catch (UnknownHostException e) {
        return Stream.empty();
      }
    }
  }

  /** IPv6 in brackets, as before a port. */
  static String literal(InetAddress address) {
    String numbers = address.getHostAddress();
    return numbers.indexOf(':') < 0 ? numbers : '[' + numbers + ']';
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}
