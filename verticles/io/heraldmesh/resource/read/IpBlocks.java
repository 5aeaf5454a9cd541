package io.heraldmesh.resource.read;

import io.heraldmesh.resource.problem.Located;
import io.heraldmesh.resource.problem.ProblemCode;
import io.heraldmesh.resource.problem.ProblemCollector;
import io.heraldmesh.resource.problem.Shown;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** IP addresses and CIDR blocks as text (RFC 4632, RFC 4291). Never asks a name server. */
final class IpBlocks {
  private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
  private static final Pattern V4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");
  private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
  private static final Pattern PREFIX = Pattern.compile("0|[1-9][0-9]{0,2}");

  private IpBlocks() {}

  static boolean isAddress(String text) {
    return address(text).isPresent();
  }

  /** Reports what is no block, and warns of bits behind the prefix. */
  static void check(List<Located<String>> blocks, ProblemCollector problems) {
    blocks.stream().filter(b -> !b.value().isEmpty()).forEach(b -> check(b, problems));
  }

  private static void check(Located<String> block, ProblemCollector problems) {
    String text = block.value();
    int slash = text.indexOf('/');
    Optional<byte[]> address = address(slash < 0 ? text : text.substring(0, slash));
    String prefix = slash < 0 ? "" : text.substring(slash + 1);
    if (address.isEmpty() || slash >= 0 && !PREFIX.matcher(prefix).matches()) {
      problems.add(
          block.at(),
          ProblemCode.INVALID_IP_BLOCK,
          Shown.quoted(text) + " is no IP address or block");
      return;
    }
    byte[] bytes = address.get();
    // An IPv4-mapped block is written with the 96 bits in front of the IPv4 address.
    boolean mapped = bytes.length == 4 && text.indexOf(':') >= 0;
    int bits = slash < 0 ? bytes.length * 8 : Integer.parseInt(prefix) - (mapped ? 96 : 0);
    if (bits < 0 || bits > bytes.length * 8) {
      problems.add(
          block.at(),
          ProblemCode.INVALID_IP_BLOCK,
          "prefix of " + Shown.quoted(text) + " is too long");
    } else if (hasHostBits(bytes, bits)) {
      problems.add(
          block.at(),
          ProblemCode.HOST_BITS,
          Shown.quoted(text) + " has bits set behind its prefix; they are not compared");
    }
  }

  private static Optional<byte[]> address(String text) {
    if (V4.matcher(text).matches() || V6.matcher(text).matches() && text.length() <= 45) {
      try {
        return Optional.of(InetAddress.ofLiteral(text).getAddress());
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static boolean hasHostBits(byte[] address, int prefix) {
    for (int bit = prefix; bit < address.length * 8; bit++) {
      if ((address[bit / 8] >> (7 - bit % 8) & 1) != 0) {
        return true;
      }
    }
    return false;
  }
}
