package io.heraldmesh.node;

import io.heraldmesh.capture.CaptureSettings.Mode;
import io.heraldmesh.policy.AddressBlock;
import io.heraldmesh.proxy.ListenAddress;
import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.Shown;
import io.heraldmesh.resource.yaml.Fields;
import io.heraldmesh.resource.yaml.Value;
import java.util.ArrayList;
import java.util.List;

/** {@code spec.capture} of a node file. */
final class CaptureSection {
  private CaptureSection() {}

  static CaptureConfig read(Value value, NodeSockets sockets) {
    CaptureConfig read = value.decodeOrNull(fields -> fields(fields, sockets));
    return read == null ? CaptureConfig.NONE : read;
  }

  private static CaptureConfig fields(Fields fields, NodeSockets sockets) {
    ListenAddress inbound =
        fields
            .optional("inbound")
            .decodeOrNull(in -> NodeAddresses.listener(in.required("listen"), sockets));
    Value excluded = fields.optional("excludeInboundPorts");
    return new CaptureConfig(
        inbound,
        mode(fields.optional("mode")),
        LocalUsers.read(fields.optional("user")),
        ports(fields.optional("includeInboundPorts")),
        excluded.isPresent() ? ports(excluded) : CaptureConfig.NONE.excludeInboundPorts(),
        ports(fields.optional("excludeOutboundPorts")),
        blocks(fields.optional("includeOutboundIpRanges")),
        blocks(fields.optional("excludeOutboundIpRanges")));
  }

  private static Mode mode(Value value) {
    Located<String> text = value.nonEmptyTextOrNull();
    return switch (text == null ? "" : text.value()) {
      case "", "redirect" -> Mode.REDIRECT;
      case "tproxy" -> Mode.TPROXY;
      default -> {
        value.problem(
            ProblemCode.UNKNOWN_VALUE,
            "is " + Shown.quoted(value.peekText()),
            "write redirect or tproxy");
        yield Mode.REDIRECT;
      }
    };
  }

  private static List<Integer> ports(Value list) {
    return list.items().stream().map(item -> item.integer(1, 65535, 1).value()).toList();
  }

  private static List<AddressBlock> blocks(Value list) {
    List<AddressBlock> blocks = new ArrayList<>();
    for (Value item : list.items()) {
      String text = item.nonEmptyText().value();
      try {
        blocks.add(AddressBlock.parse(text));
      } catch (IllegalArgumentException e) {
        item.problem(ProblemCode.INVALID_IP_BLOCK, Shown.quoted(text) + " is no address block");
      }
    }
    return blocks;
  }
}
