package io.heraldmesh.capture;

import static java.util.stream.Collectors.joining;

import io.heraldmesh.capture.CaptureSettings.Mode;
import java.util.List;

/** {@link TransparentRouting} in force. */
final class Routes {
  private Routes() {}

  /** What {@link #add} would run; nothing where no routes are needed. */
  static String plan(CaptureSettings settings) {
    return settings.mode() == Mode.TPROXY && settings.inboundPort() != 0
        ? TransparentRouting.add().stream()
            .map(command -> "# " + String.join(" ", command) + "\n")
            .collect(joining())
        : "";
  }

  /**
   * @throws CaptureFailure when the system refuses; none are left
   */
  static void add() {
    for (List<String> command : TransparentRouting.add()) {
      Commands.Said said = Commands.run(command);
      // A machine without IPv6 has no packets of it to route.
      if (!said.well() && !(command.contains("-6") && said.text().contains("not supported"))) {
        remove();
        throw new CaptureFailure(
            "\"" + String.join(" ", command) + "\" was refused: " + said.text());
      }
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
