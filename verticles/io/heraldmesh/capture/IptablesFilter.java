package io.heraldmesh.capture;

import io.heraldmesh.capture.CaptureSettings.Mode;
import io.heraldmesh.capture.IptablesRules.Jump;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@link IptablesRules} in force, for IPv4 and, where the machine has it, IPv6. */
final class IptablesFilter implements PacketFilter {
  private static final String WAIT = "-w";

  @Override
  public String plan(CaptureSettings settings) {
    StringBuilder text = new StringBuilder();
    for (boolean six : new boolean[] {false, true}) {
      text.append("# ").append(tool(six)).append("-restore --noflush\n");
      text.append(new IptablesRules(settings, six).restore());
      for (Jump jump : IptablesRules.JUMPS) {
        text.append("# ").append(String.join(" ", jump(six, "-I", jump))).append('\n');
      }
    }
    return text.append(Routes.plan(settings)).toString();
  }

  @Override
  public void install(CaptureSettings settings) {
    Routes.remove();
    if (settings.mode() == Mode.TPROXY) {
      Routes.add();
    }
    try {
      for (boolean six : families()) {
        restore(six, new IptablesRules(settings, six).restore());
        for (Jump jump : IptablesRules.JUMPS) {
          if (!Commands.run(jump(six, "-C", jump)).well()) {
            must(jump(six, "-I", jump));
          }
        }
      }
    } catch (CaptureFailure e) {
      remove();
      throw e;
    }
  }

  @Override
  public void remove() {
    removeRules();
    Routes.remove();
  }

  /** Looks before it touches: to ask iptables for a chain makes its table. */
  static void removeRules() {
    for (boolean six : new boolean[] {false, true}) {
      Commands.Said saved = Commands.run(List.of(tool(six) + "-save"));
      if (!saved.well() || !saved.text().contains("HERALD_")) {
        continue;
      }
      for (Jump jump : IptablesRules.JUMPS) {
        List<String> delete = jump(six, "-D", jump);
        while (Commands.run(jump(six, "-C", jump)).well()) {
          must(delete);
        }
        List<String> chain = List.of(tool(six), WAIT, "-t", jump.table(), "-S", jump.to());
        if (Commands.run(chain).well()) {
          must(List.of(tool(six), WAIT, "-t", jump.table(), "-F", jump.to()));
          must(List.of(tool(six), WAIT, "-t", jump.table(), "-X", jump.to()));
        }
      }
    }
  }

  @Override
  public Optional<String> show() {
    StringBuilder text = new StringBuilder();
    for (boolean six : families()) {
      for (Jump jump : IptablesRules.JUMPS) {
        Commands.Said said =
            Commands.run(List.of(tool(six), WAIT, "-t", jump.table(), "-S", jump.to()));
        if (said.well()) {
          text.append("# ").append(tool(six)).append(" -t ").append(jump.table()).append('\n');
          text.append(said.text()).append('\n');
        }
      }
    }
    return text.isEmpty() ? Optional.empty() : Optional.of(text.toString().strip());
  }

  /** IPv6 only where its tables are there. */
  private static List<Boolean> families() {
    List<Boolean> families = new ArrayList<>(List.of(false));
    if (Commands.run(List.of(tool(true), WAIT, "-t", "nat", "-S", "OUTPUT")).well()) {
      families.add(true);
    }
    return families;
  }

  private static void restore(boolean six, String rules) {
    Commands.Said said = Commands.run(List.of(tool(six) + "-restore", WAIT, "--noflush"), rules);
    if (!said.well()) {
      throw new CaptureFailure(tool(six) + "-restore refused the rules: " + said.text());
    }
  }

  private static void must(List<String> command) {
    Commands.Said said = Commands.run(command);
    if (!said.well()) {
      throw new CaptureFailure("\"" + String.join(" ", command) + "\" was refused: " + said.text());
    }
  }

  private static List<String> jump(boolean six, String how, Jump jump) {
    return List.of(tool(six), WAIT, "-t", jump.table(), how, jump.from(), "-j", jump.to());
  }

  private static String tool(boolean six) {
    return six ? "ip6tables" : "iptables";
  }
}
