package io.heraldmesh.node;

import io.heraldmesh.compile.PortProtocol;
import io.heraldmesh.policy.Protocol;
import io.heraldmesh.policy.Workload;
import io.heraldmesh.proxy.HostPort;
import io.heraldmesh.proxy.InboundPort;
import io.heraldmesh.proxy.ListenAddress;
import io.heraldmesh.proxy.OutboundPort;
import io.heraldmesh.proxy.WorkloadSettings;
import io.heraldmesh.proxy.capture.RunAs;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.read.Names;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code spec.workloads} of a node file: what runs on the node, and through which sockets. */
final class WorkloadsSection {
  /** Istio's words, and those of Kubernetes. */
  private static final List<String> PROTOCOLS =
      List.of(
          "http",
          "http2",
          "grpc",
          "grpc-web",
          "tcp",
          "tls",
          "https",
          "mongo",
          "mysql",
          "redis",
          "kubernetes.io/h2c",
          "kubernetes.io/ws",
          "kubernetes.io/wss",
          "auto");

  private final Function<Value, @Nullable Path> paths;
  private final boolean enrols;
  private final NodeSockets sockets;
  private final Map<Workload, Path> credentials = new HashMap<>();

  /**
   * @param paths reads a path, absolute; null when there is none
   * @param enrols true: a workload without certificates of its own gets them from an authority
   */
  WorkloadsSection(Function<Value, @Nullable Path> paths, boolean enrols, NodeSockets sockets) {
    this.sockets = sockets;
    this.paths = paths;
    this.enrols = enrols;
  }

  List<WorkloadSettings> read(Value value) {
    List<WorkloadSettings> workloads = value.list(this::workload);
    if (!enrols && workloads.isEmpty()) {
      value.problem(
          ProblemCode.REQUIRED,
          "a node without the roles ca and config has nothing to do without workloads",
          "name what runs here, or add ca and config");
    }
    checkUsers(value, workloads);
    checkSockets(value, workloads);
    return workloads;
  }

  /** A socket that was passed can be one listener only. */
  private static void checkSockets(Value value, List<WorkloadSettings> workloads) {
    Set<Integer> taken = new HashSet<>();
    for (WorkloadSettings workload : workloads) {
      Stream.of(
              Stream.ofNullable(workload.outbound()),
              Stream.ofNullable(workload.capture()),
              workload.outboundPorts().stream().map(OutboundPort::listen),
              workload.ports().stream().map(InboundPort::listen))
          .flatMap(Function.identity())
          .filter(listen -> listen.inherited() && !taken.add(listen.descriptor()))
          .forEach(
              listen ->
                  value.problem(
                      ProblemCode.CONFLICT,
                      "the socket at " + listen + " stands for two listeners",
                      "pass a socket for each"));
    }
  }

  /** Where calls of several workloads are captured, the user alone tells them apart. */
  private static void checkUsers(Value value, List<WorkloadSettings> workloads) {
    Map<Long, Workload> users = new HashMap<>();
    for (WorkloadSettings workload : workloads) {
      if (workload.capture() == null || workloads.size() < 2) {
        continue;
      }
      RunAs runAs = workload.runAs();
      Workload other = runAs == null ? null : users.put(runAs.uid(), workload.workload());
      if (runAs == null) {
        value.problem(
            ProblemCode.REQUIRED,
            "outbound.capture of "
                + workload.workload()
                + " needs runAs: on a node with several workloads the user tells whose a call is",
            "name the local user that its processes run as");
      } else if (other != null) {
        value.problem(
            ProblemCode.CONFLICT,
            other + " and " + workload.workload() + " both run as " + runAs,
            "run each workload whose calls are captured as a user of its own");
      }
    }
  }

  /** Folders with certificates, of the workloads read so far that do not enrol. */
  Map<Workload, Path> credentials() {
    return credentials;
  }

  private WorkloadSettings workload(Fields fields) {
    Workload workload =
        new Workload(
            named(fields.required("namespace"), Names::isLabel),
            named(fields.required("name"), Names::isObjectName));
    Value account = fields.optional("serviceAccount");
    String serviceAccount = account.isPresent() ? named(account, Names::isObjectName) : "default";
    Value files = fields.optional("credentials");
    Path folderOfCertificates = files.decodeOrNull(this::folder);
    if (folderOfCertificates != null) {
      credentials.put(workload, folderOfCertificates);
    } else if (!enrols) {
      files.problem(
          ProblemCode.REQUIRED,
          "a node without the roles ca and config needs credentials.dir for each workload",
          "name a folder with cert-chain.pem, key.pem and root-cert.pem, or add ca and config;"
              + " joining a control plane elsewhere is not there yet");
    }
    Outbound outbound = fields.optional("outbound").decodeOrNull(this::outbound);
    return new WorkloadSettings(
        workload,
        serviceAccount,
        labels(fields.optional("labels")),
        outbound == null ? null : outbound.listen(),
        outbound == null ? List.of() : outbound.services(),
        fields.optional("ports").list(this::port),
        outbound == null ? null : outbound.capture(),
        LocalUsers.read(fields.optional("runAs")));
  }

  /** Names of another form are in no announcement. */
  private static String named(Value value, Predicate<String> form) {
    String name = value.nonEmptyText().value();
    if (!name.isEmpty() && !form.test(name)) {
      value.problem(ProblemCode.INVALID_NAME, Shown.quoted(name) + " is no name");
    }
    return name;
  }

  private static Map<String, String> labels(Value value) {
    Map<String, String> labels = value.textMap();
    labels.forEach(
        (key, its) -> {
          if (!Names.isLabel(key, its)) {
            value.problem(
                ProblemCode.INVALID,
                Shown.quoted(key + ": " + its) + " is no label",
                "use at most 63 letters, digits, '-', '_' and '.'");
          }
        });
    return labels;
  }

  private record Outbound(
      @Nullable ListenAddress listen,
      List<OutboundPort> services,
      @Nullable ListenAddress capture) {}

  private Outbound outbound(Fields fields) {
    Value listen = fields.optional("listen");
    return new Outbound(
        listen.isPresent() ? NodeAddresses.listener(listen, sockets) : null,
        fields.optional("services").list(this::outboundService),
        capture(fields.optional("capture")));
  }

  private @Nullable ListenAddress capture(Value value) {
    return value.isPresent() ? NodeAddresses.listener(value, sockets) : null;
  }

  private OutboundPort outboundService(Fields fields) {
    HostPort to = NodeAddresses.read(fields.required("to"));
    Value said = fields.optional("protocol");
    return new OutboundPort(
        NodeAddresses.listener(fields.required("listen"), sockets),
        to,
        said.isPresent() ? protocol(said, "", to.port()) : Protocol.AUTO);
  }

  private InboundPort port(Fields fields) {
    String name = named(fields.required("name"), Names::isPort);
    Value advertise = fields.optional("advertise");
    int port = fields.required("port").integer(1, 65535, 1).value();
    return new InboundPort(
        name,
        port,
        protocol(fields.optional("protocol"), name, port),
        NodeAddresses.read(fields.required("app")),
        NodeAddresses.listener(fields.required("listen"), sockets),
        advertise.isPresent() ? NodeAddresses.dialled(advertise) : null);
  }

  private static Protocol protocol(Value value, String portName, int port) {
    if (!value.isPresent()) {
      return PortProtocol.named(portName, port);
    }
    String word = value.nonEmptyText().value();
    if (!word.isEmpty() && !PROTOCOLS.contains(word.toLowerCase(Locale.ROOT))) {
      value.problem(
          ProblemCode.UNKNOWN_VALUE,
          "unknown protocol \"" + word + "\"",
          "use one of " + String.join(", ", PROTOCOLS));
      return Protocol.AUTO;
    }
    return PortProtocol.said(word);
  }

  /** A folder that is missing was reported; what stands in for it is never used. */
  private Path folder(Fields fields) {
    Path path = paths.apply(fields.required("dir"));
    return path == null ? Path.of("/") : path;
  }
}
