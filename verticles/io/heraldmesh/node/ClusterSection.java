package io.heraldmesh.node;

import io.heraldmesh.node.NodeConfig.ClusterConfig;
import io.heraldmesh.node.NodeConfig.ClusterPeer;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code spec.cluster} of a node file: this node is one of several control nodes. */
final class ClusterSection {
  private static final int EVENT_BUS_PORT = 5702;

  private final String node;
  private final Function<Value, @Nullable Path> paths;

  /**
   * @param node its name
   * @param paths reads a path, absolute; null when there is none
   */
  ClusterSection(String node, Function<Value, @Nullable Path> paths) {
    this.node = node;
    this.paths = paths;
  }

  /** Null: the node has its control plane for itself. */
  @Nullable ClusterConfig read(Value value) {
    return value.decodeOrNull(this::fields);
  }

  private ClusterConfig fields(Fields fields) {
    Value where = fields.required("listen");
    HostPort listen = NodeAddresses.read(where);
    if (where.isPresent() && listen.port() == 0) {
      where.problem(
          ProblemCode.INVALID, "the others must know the port", "write one, as in 10.0.0.1:5701");
    }
    if (anyAddress(listen)) {
      where.problem(
          ProblemCode.INVALID_ADDRESS,
          "members cannot find each other at " + listen.host() + ", which is any address",
          "write the one by which the others reach this machine, as in 10.0.0.1:5701");
    }
    Value reached = fields.optional("publicAddress");
    HostPort publicAddress = reached.isPresent() ? NodeAddresses.read(reached) : null;
    List<ClusterPeer> members = members(fields.required("members"));
    HostPort eventBus = new HostPort(listen.host(), EVENT_BUS_PORT);
    String publicHost = publicAddress == null ? null : publicAddress.host();
    EventBus given = fields.optional("eventBus").decodeOrNull(bus -> eventBus(bus, publicHost));
    return new ClusterConfig(
        listen,
        publicAddress,
        members,
        given == null || given.listen() == null ? eventBus : given.listen(),
        given == null || given.publicHost() == null ? publicHost : given.publicHost(),
        paths.apply(fields.optional("config")));
  }

  private record EventBus(@Nullable HostPort listen, @Nullable String publicHost) {}

  private static EventBus eventBus(Fields fields, @Nullable String publicHost) {
    Value where = fields.optional("listen");
    Located<String> host = fields.optional("publicHost").nonEmptyTextOrNull();
    HostPort listen = where.isPresent() ? NodeAddresses.read(where) : null;
    if (listen != null && anyAddress(listen) && host == null && publicHost == null) {
      where.problem(
          ProblemCode.INVALID_ADDRESS,
          "the others would be told to call " + listen.host() + ", which is any address",
          "write the one by which they reach this machine, or say it as publicHost");
    }
    return new EventBus(listen, host == null ? null : host.value());
  }

  private static boolean anyAddress(HostPort listen) {
    try {
      return InetAddress.ofLiteral(listen.host()).isAnyLocalAddress();
    } catch (IllegalArgumentException name) {
      return false;
    }
  }

  private List<ClusterPeer> members(Value value) {
    List<ClusterPeer> members = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Value item : value.items()) {
      ClusterPeer peer = item.decodeOrNull(this::member);
      if (peer == null) {
        continue;
      }
      if (!names.add(peer.name())) {
        item.problem(ProblemCode.CONFLICT, "member " + peer.name() + " stands here twice");
      }
      members.add(peer);
    }
    if (value.isPresent() && !names.contains(node)) {
      value.problem(
          ProblemCode.INVALID,
          "this node, " + node + ", is not among the members",
          "write all control nodes, this one too, by their metadata.name");
    }
    return members;
  }

  private ClusterPeer member(Fields fields) {
    String name = fields.required("name").nonEmptyText().value();
    Value address = fields.optional("address");
    return new ClusterPeer(name, address.isPresent() ? NodeAddresses.read(address) : null);
  }
}
