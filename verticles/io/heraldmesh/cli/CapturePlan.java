package io.heraldmesh.cli;

import io.heraldmesh.capture.CaptureSettings;
import io.heraldmesh.capture.CaptureSettings.Caller;
import io.heraldmesh.capture.CaptureSettings.Listener;
import io.heraldmesh.node.CaptureConfig;
import io.heraldmesh.node.NodeConfig;
import io.heraldmesh.node.NodeConfig.ClusterConfig;
import io.heraldmesh.node.NodeConfig.ControlConfig;
import io.heraldmesh.node.StartFailure;
import io.heraldmesh.policy.AddressBlock;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.InboundPort;
import io.heraldmesh.proxy.ListenAddress;
import io.heraldmesh.proxy.OutboundPort;
import io.heraldmesh.proxy.WorkloadSettings;
import io.heraldmesh.proxy.capture.RunAs;
import io.heraldmesh.proxy.upstream.OwnListeners;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a node file means for the system's packet filter. Looks names up; not for event loops. */
final class CapturePlan {
  private CapturePlan() {}

  /**
   * @throws StartFailure when the file captures nothing, or what it says cannot be put into rules
   */
  static CaptureSettings of(NodeConfig node) {
    return of(node, node.capture());
  }

  /**
   * The same.
   *
   * @param capture instead of what the file says
   */
  static CaptureSettings of(NodeConfig node, CaptureConfig capture) {
    RunAs user = capture.user();
    if (user == null) {
      throw StartFailure.problems(
          "spec.capture.user is missing: name the local user that Herald runs as, whose own calls"
              + " must not be captured");
    }
    List<Caller> callers = new ArrayList<>();
    SortedSet<Integer> own = new TreeSet<>();
    for (WorkloadSettings workload : node.workloads()) {
      add(workload.outbound(), own);
      add(workload.capture(), own);
      workload.outboundPorts().stream().map(OutboundPort::listen).forEach(l -> add(l, own));
      workload.ports().stream().map(InboundPort::listen).forEach(l -> add(l, own));
      ListenAddress captured = workload.capture();
      if (captured != null) {
        callers.add(caller(workload, captured, user));
      }
    }
    ListenAddress inbound = capture.inbound();
    add(inbound, own);
    add(node.admin(), own);
    add(node.health(), own);
    add(node.metrics(), own);
    control(node, own);
    if (callers.isEmpty() && inbound == null) {
      throw StartFailure.problems(
          "this node captures nothing: give a workload outbound.capture, or the node"
              + " spec.capture.inbound.listen");
    }
    SortedMap<Integer, HostPort> apps = apps(node);
    SortedSet<Integer> excluded = new TreeSet<>(capture.excludeInboundPorts());
    for (int app : apps.keySet()) {
      if (excluded.contains(app)) {
        throw StartFailure.problems(
            "port "
                + app
                + " is a service behind the proxy and among excludeInboundPorts: nothing may reach"
                + " it past the proxy; take it out");
      }
    }
    return new CaptureSettings(
        capture.mode(),
        user.uid(),
        inbound == null ? 0 : fixed(inbound.address(), "spec.capture.inbound.listen"),
        callers,
        own,
        new TreeSet<>(apps.keySet()),
        new TreeSet<>(capture.includeInboundPorts()),
        excluded,
        new TreeSet<>(capture.excludeOutboundPorts()),
        capture.includeOutboundIpRanges(),
        capture.excludeOutboundIpRanges(),
        besideApps(node, apps));
  }

  /** Services that are on this machine, or may be, by port. */
  private static SortedMap<Integer, HostPort> apps(NodeConfig node) {
    List<HostPort> all =
        node.workloads().stream().flatMap(w -> w.ports().stream()).map(InboundPort::app).toList();
    OwnListeners machine = new OwnListeners();
    machine.lookUp(all);
    SortedMap<Integer, HostPort> here = new TreeMap<>();
    all.stream().filter(machine::mayBeHere).forEach(app -> here.putIfAbsent(app.port(), app));
    return here;
  }

  /** Where nodes, operators and other control nodes reach this one. */
  private static void control(NodeConfig node, SortedSet<Integer> own) {
    ControlConfig control = node.control();
    if (control != null) {
      add(control.listen(), own);
    }
    ClusterConfig cluster = node.cluster();
    if (cluster != null) {
      add(cluster.listen(), own);
      add(cluster.eventBus(), own);
    }
  }

  /**
   * Listeners with the port of a service. One that may be at any address cannot be told from it.
   *
   * @throws StartFailure when there is such a one: it would be cut off with the service
   */
  private static List<Listener> besideApps(NodeConfig node, SortedMap<Integer, HostPort> apps) {
    List<Listener> beside = new ArrayList<>();
    for (WorkloadSettings workload : node.workloads()) {
      for (InboundPort port : workload.ports()) {
        HostPort listen = port.listen().address();
        HostPort app = apps.get(listen.port());
        if (app != null) {
          beside.add(new Listener(own(listen, app, workload, port), listen.port()));
        }
      }
    }
    return beside;
  }

  private static AddressBlock own(
      HostPort listen, HostPort app, WorkloadSettings workload, InboundPort port) {
    AddressBlock address = one(listen.host());
    if (address == null) {
      throw StartFailure.problems(
          "port "
              + port.name()
              + " of "
              + workload.workload()
              + " listens on "
              + listen
              + ", and nothing from outside may reach the service at "
              + app
              + ", which has the same port: both would be cut off; name the listener's IP address"
              + " (listen: 10.0.0.5:"
              + listen.port()
              + ", or for fd:NAME --socket NAME=10.0.0.5:"
              + listen.port()
              + "), or give one of the two another port");
    }
    return address;
  }

  private static @Nullable AddressBlock one(String host) {
    try {
      return AddressBlock.address(host).isAnyLocalAddress() ? null : AddressBlock.parse(host);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static Caller caller(WorkloadSettings workload, ListenAddress captured, RunAs herald) {
    RunAs runAs = workload.runAs();
    if (runAs != null && runAs.uid() == herald.uid()) {
      throw StartFailure.problems(
          workload.workload()
              + " runs as "
              + runAs
              + ", as Herald does: its calls cannot be told from the proxy's own; give each a user"
              + " of its own");
    }
    int port = fixed(captured.address(), "outbound.capture of " + workload.workload());
    return new Caller(runAs == null ? Caller.EVERYBODY : runAs.uid(), port);
  }

  private static int fixed(HostPort address, String where) {
    if (address.port() == 0) {
      throw StartFailure.problems(
          where + " has port 0: a port that the system chooses cannot stand in a rule; write one");
    }
    return address.port();
  }

  private static void add(@Nullable ListenAddress listen, SortedSet<Integer> to) {
    if (listen != null) {
      add(listen.address(), to);
    }
  }

  private static void add(@Nullable HostPort address, SortedSet<Integer> to) {
    if (address != null && address.port() != 0) {
      to.add(address.port());
    }
  }
}
