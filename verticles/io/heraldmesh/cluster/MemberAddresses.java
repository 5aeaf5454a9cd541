package io.heraldmesh.cluster;

import com.hazelcast.config.TcpIpConfig;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
  private final Names names;
  private final Set<String> missing = new HashSet<>();

  /** Of each written member the addresses that it had when it had any. */
  private final Map<String, List<String>> last = new HashMap<>();

  /** What Hazelcast was told from here, and not by its file. */
  private final Set<String> told = new HashSet<>();

  /** What answers names. */
  @FunctionalInterface
  interface Names {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  /**
   * @param written {@code host:port} of each, IPv6 in brackets
   * @param listen a member that listens at an IPv4 address calls nobody by IPv6, nor the reverse
   */
  MemberAddresses(List<String> written, InetAddress listen) {
    this(written, listen, InetAddress::getAllByName);
  }

  /** The same, where others answer names. */
  MemberAddresses(List<String> written, InetAddress listen, Names names) {
    this.written = List.copyOf(written);
    this.family = listen.getClass();
    this.names = names;
  }

  /** Of the others that {@code settings} name. */
  static MemberAddresses of(ClusterSettings settings) {
    return new MemberAddresses(settings.members(), MemberConfig.resolved(settings.listen()));
  }

  /**
   * Tells Hazelcast, which may run, where they are now. An address that its name no longer has is
   * taken away: each costs Hazelcast the time of a connection that nobody answers. A name that has
   * none at the moment keeps those of before, and what others told Hazelcast stays.
   */
  void tell(TcpIpConfig config) {
    Set<String> now = new LinkedHashSet<>();
    written.forEach(member -> now.addAll(lastOf(member)));
    for (String address : now) {
      if (!config.getMembers().contains(address)) {
        config.addMember(address);
        told.add(address);
      }
    }
    // Not before the others are there, and not by setMembers, which empties the list for a moment.
    List<String> gone = told.stream().filter(address -> !now.contains(address)).toList();
    config.getMembers().removeAll(gone);
    gone.forEach(told::remove);
  }

  private List<String> lastOf(String member) {
    List<String> found = inNumbers(member);
    if (found.isEmpty()) {
      return last.getOrDefault(member, List.of());
    }
    last.put(member, found);
    return found;
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
        return Stream.of(names.addresses(host)).filter(family::isInstance);
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
