package io.heraldmesh.node;

import io.heraldmesh.enrol.CertificateProofs.KnownNode;
import io.heraldmesh.identity.WorkloadIdentity;
import io.heraldmesh.node.NodeConfig.CertificatesConfig;
import io.heraldmesh.node.NodeConfig.ControlConfig;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code spec.control} of a node file. */
final class ControlSection {
  private static final Pattern CERTIFICATE =
      Pattern.compile("dns:[A-Za-z0-9._-]{1,253}|uri:[!-~]{1,2048}|sha256:[0-9a-f]{64}");
  private static final Pattern WORKLOAD = Pattern.compile("[a-z0-9.-]{1,253}/[a-z0-9.-]{1,253}");

  private final Function<Value, @Nullable Path> paths;

  /**
   * @param paths reads a path, absolute; null when there is none
   */
  ControlSection(Function<Value, @Nullable Path> paths) {
    this.paths = paths;
  }

  @Nullable ControlConfig read(Value value) {
    return value.decodeOrNull(
        fields ->
            new ControlConfig(
                NodeAddresses.read(fields.required("listen")),
                fields.optional("certificates").decodeOrNull(this::certificates)));
  }

  private @Nullable CertificatesConfig certificates(Fields fields) {
    Path roots = paths.apply(fields.required("roots"));
    Value list = fields.required("nodes");
    Set<String> names = new HashSet<>();
    Set<String> certificates = new HashSet<>();
    List<KnownNode> nodes = new ArrayList<>();
    for (Value item : list.items()) {
      KnownNode node = item.decodeOrNull(ControlSection::node);
      if (node == null) {
        continue;
      }
      if (!names.add(node.node()) || !certificates.add(node.certificate())) {
        item.problem(
            ProblemCode.CONFLICT, "node or certificate of " + node.node() + " stands here twice");
      }
      nodes.add(node);
    }
    if (list.isPresent() && nodes.isEmpty()) {
      list.problem(ProblemCode.REQUIRED, "names no node", "write one, or remove certificates");
    }
    return roots == null ? null : new CertificatesConfig(roots, nodes);
  }

  private static KnownNode node(Fields fields) {
    String name = fields.required("name").nonEmptyText().value();
    Value certificate = fields.required("certificate");
    String text = certificate.nonEmptyText().value();
    if (!text.isEmpty() && !CERTIFICATE.matcher(text).matches()) {
      certificate.problem(
          ProblemCode.INVALID,
          Shown.quoted(text) + " names no certificate",
          "write dns:NAME or uri:URI, one of its subject alternative names as it stands there, or"
              + " sha256:HEX, its fingerprint");
    }
    return new KnownNode(text, name, workloads(fields.optional("workloads")));
  }

  private static Set<WorkloadIdentity> workloads(Value list) {
    Set<WorkloadIdentity> workloads = new HashSet<>();
    for (Value item : list.items()) {
      String text = item.nonEmptyText().value();
      if (WORKLOAD.matcher(text).matches()) {
        int slash = text.indexOf('/');
        workloads.add(new WorkloadIdentity(text.substring(0, slash), text.substring(slash + 1)));
      } else if (!text.isEmpty()) {
        item.problem(
            ProblemCode.INVALID,
            Shown.quoted(text) + " is no workload",
            "write namespace/serviceAccount");
      }
    }
    return workloads;
  }
}
