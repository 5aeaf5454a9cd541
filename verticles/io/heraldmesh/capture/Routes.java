package io.heraldmesh.capture;

import static java.util.stream.Collectors.joining;

import io.heraldmesh.capture.CaptureSettings.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@link TransparentRouting} in force. */
final class Routes {
  /** 1: loopback has no IPv6, and takes no route of it. */
  private static final Path IPV6_DISABLED = Path.of("/proc/sys/net/ipv6/conf/lo/disable_ipv6");

  private Routes() {}

  /** What {@link #add} would run; nothing where no routes are needed. */
  static String plan(CaptureSettings settings) {
    return settings.mode() == Mode.TPROXY && settings.inboundPort() != 0
        ? TransparentRouting.add(hasIpv6(IPV6_DISABLED)).stream()
            .map(command -> "# " + String.join(" ", command) + "\n")
            .collect(joining())
        : "";
  }

  /**
   * @throws CaptureFailure when the system refuses; none are left
   */
  static void add() {
    for (List<String> command : TransparentRouting.add(hasIpv6(IPV6_DISABLED))) {
      Commands.Said said = Commands.run(command);
      if (!said.well()) {
        remove();
        throw new CaptureFailure(
            "\"" + String.join(" ", command) + "\" was refused: " + said.text());
      }
    }
  }

  /** Whether those of a transparent capture are there, whichever tool has its rules. */
  static boolean areThere() {
    return Commands.run(List.of("ip", "-4", "rule"))
        .text()
        .contains("fwmark " + TransparentRouting.MARK + " ");
  }

  /** As they were before an install that failed: nothing, or what keeps them from being there. */
  static String putBack(boolean there) {
    remove();
    if (there) {
      try {
        add();
      } catch (CaptureFailure e) {
        return ", without their routes: " + e.getMessage();
      }
    }
    return "";
  }

  /**
   * A machine without IPv6 has no packets of it to route.
   *
   * @param disabled the system's setting for loopback; not there: it knows no IPv6 at all
   */
  static boolean hasIpv6(Path disabled) {
    try {
      return Files.readString(disabled).strip().equals("0");
    } catch (IOException e) {
      return false;
    }
  }

  /** Until none is left: an interrupted install may have left several. */
  static void remove() {
    for (List<String> command : TransparentRouting.remove()) {
      int most = command.contains("rule") ? 16 : 1;
      boolean more = true;
      for (int i = 0; i < most && more; i++) {
        more = Commands.run(command).well();
      }
    }
  }
}
