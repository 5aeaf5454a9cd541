package io.heraldmesh.cli;

import io.heraldmesh.capture.CaptureSettings.Mode;
import io.heraldmesh.node.CaptureConfig;
import io.heraldmesh.node.LocalUsers;
import io.heraldmesh.node.NodeSockets;
import io.heraldmesh.node.UsageException;
import io.heraldmesh.policy.AddressBlock;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.InheritedSockets;
import io.heraldmesh.proxy.capture.RunAs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * What {@code capture install} may be told instead of what the node file says. The longer names are
 * those of {@code istio-iptables}.
 */
final class CaptureOptions {
  @Option(
      names = {"--mode", "--istio-inbound-interception-mode"},
      paramLabel = "MODE",
      description = "redirect or tproxy, as the node itself runs.")
  private @Nullable Mode mode;

  @Option(
      names = {"--proxy-uid", "-u"},
      paramLabel = "USER",
      description = "Name or number of the user that Herald runs as.")
  private @Nullable String user;

  @Option(
      names = {"--include-inbound-ports", "--istio-inbound-ports"},
      split = ",",
      paramLabel = "PORT",
      description = "Captured of what arrives; * for every port.")
  private @Nullable List<String> includeInboundPorts;

  @Option(
      names = {"--exclude-inbound-ports", "--istio-local-exclude-ports"},
      split = ",",
      paramLabel = "PORT",
      description = "Not captured of what arrives; 22 is to be named with them.")
  private @Nullable List<String> excludeInboundPorts;

  @Option(
      names = {"--exclude-outbound-ports", "--istio-local-outbound-ports-exclude"},
      split = ",",
      paramLabel = "PORT",
      description = "Calls to these ports leave as they are.")
  private @Nullable List<String> excludeOutboundPorts;

  @Option(
      names = {"--include-outbound-ip-ranges", "--istio-service-cidr"},
      split = ",",
      paramLabel = "CIDR",
      description = "Only calls to these addresses are captured; * for all.")
  private @Nullable List<String> includeOutboundIpRanges;

  @Option(
      names = {"--exclude-outbound-ip-ranges", "--istio-service-exclude-cidr"},
      split = ",",
      paramLabel = "CIDR",
      description = "Calls to these addresses leave as they are.")
  private @Nullable List<String> excludeOutboundIpRanges;

  @Option(
      names = "--socket",
      split = ",",
      paramLabel = "NAME=[ADDRESS:]PORT",
      description = {
        "Where the socket listens that the node file calls fd:NAME.",
        "The address counts where a service has the same port."
      })
  private Map<String, String> sockets = Map.of();

  /**
   * The sockets that the node is passed.
   *
   * @throws UsageException when one that was given has no port, or an address that is none
   */
  NodeSockets sockets() {
    Map<String, HostPort> listening = new HashMap<>();
    sockets.forEach((name, where) -> listening.put(name, listening(where)));
    return new NodeSockets(
        InheritedSockets.ofAnother(listening),
        "say where it listens: --socket NAME=PORT, or NAME=ADDRESS:PORT");
  }

  /**
   * What the file says, but for what was given here: a list replaces the file's.
   *
   * @throws UsageException when something that was given makes no sense
   */
  CaptureConfig over(CaptureConfig file) {
    return new CaptureConfig(
        file.inbound(),
        mode == null ? file.mode() : mode,
        user == null ? file.user() : user(user),
        ports("--include-inbound-ports", includeInboundPorts, file.includeInboundPorts()),
        ports("--exclude-inbound-ports", excludeInboundPorts, file.excludeInboundPorts()),
        ports("--exclude-outbound-ports", excludeOutboundPorts, file.excludeOutboundPorts()),
        blocks(
            "--include-outbound-ip-ranges",
            includeOutboundIpRanges,
            file.includeOutboundIpRanges()),
        blocks(
            "--exclude-outbound-ip-ranges",
            excludeOutboundIpRanges,
            file.excludeOutboundIpRanges()));
  }

  /**
   * What the file says otherwise, and the node will hold against it; null: nothing.
   *
   * @param file what the node reads at its start
   */
  @Nullable String warning(CaptureConfig file) {
    RunAs named = file.user();
    RunAs given = over(file).user();
    return named == null || given == null || named.uid() == given.uid()
        ? null
        : "--proxy-uid is "
            + given
            + ", but spec.capture.user is "
            + named
            + ": a node that captures starts as the file's user alone;"
            + " name the one that it runs as there";
  }

  private static RunAs user(String name) {
    Long uid = LocalUsers.uid(name);
    if (uid == null) {
      throw new UsageException("--proxy-uid: \"" + name + "\" " + LocalUsers.refusal(name));
    }
    return new RunAs(name, uid);
  }

  private static List<Integer> ports(
      String option, @Nullable List<String> given, List<Integer> file) {
    if (given == null) {
      return file;
    }
    List<Integer> ports = new ArrayList<>();
    for (String word : words(option, given)) {
      ports.add(port(option, word));
    }
    return ports;
  }

  private static int port(String option, String word) {
    if (!word.matches("[1-9][0-9]{0,4}") || Integer.parseInt(word) > 65535) {
      throw new UsageException(option + ": \"" + word + "\" is no port from 1 to 65535");
    }
    return Integer.parseInt(word);
  }

  /** A port alone may be anywhere. */
  private static HostPort listening(String word) {
    if (word.indexOf(':') < 0) {
      return new HostPort("0.0.0.0", port("--socket", word));
    }
    try {
      HostPort given = HostPort.parse(word);
      if (given.port() != 0) {
        return new HostPort(AddressBlock.address(given.host()).getHostAddress(), given.port());
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    throw new UsageException(
        "--socket: \""
            + word
            + "\" is neither a port nor an IP address and a port, as in 10.0.0.5:8080 or"
            + " [fd00::5]:8080");
  }

  private static List<AddressBlock> blocks(
      String option, @Nullable List<String> given, List<AddressBlock> file) {
    if (given == null) {
      return file;
    }
    List<AddressBlock> blocks = new ArrayList<>();
    for (String word : words(option, given)) {
      try {
        blocks.add(AddressBlock.parse(word));
      } catch (IllegalArgumentException e) {
        throw new UsageException(option + ": \"" + word + "\" is no address block");
      }
    }
    return blocks;
  }

  /** No words where none is excluded, and where all are included. */
  private static List<String> words(String option, List<String> given) {
    boolean include = option.startsWith("--include");
    boolean empty = given.equals(List.of(""));
    if (include && empty) {
      throw new UsageException(
          option
              + " (or its name in istio-iptables) is empty, which captures nothing there and would"
              + " capture everything here: write * for everything; for nothing take "
              + (option.contains("inbound") ? "spec.capture.inbound" : "outbound.capture")
              + " out of the node file");
    }
    return empty || include && given.equals(List.of("*")) ? List.of() : given;
  }
}
