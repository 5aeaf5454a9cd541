package io.heraldmesh.capture;

import io.heraldmesh.capture.CaptureSettings.Mode;
import java.util.List;
import java.util.Optional;

/** {@link NftRules} in force. */
final class NftFilter implements PacketFilter {

  @Override
  public String plan(CaptureSettings settings) {
    return NftRules.install(settings) + Routes.plan(settings);
  }

  @Override
  public void install(CaptureSettings settings) {
    boolean routed = Routes.areThere();
    try {
      // Routes first: packets that carry the mark must have where to go.
      Routes.remove();
      if (settings.mode() == Mode.TPROXY) {
        Routes.add();
      }
      apply(NftRules.install(settings));
    } catch (CaptureFailure e) {
      String without = Routes.putBack(routed);
      throw without.isEmpty() ? e : new CaptureFailure(e.getMessage() + without);
    }
  }

  @Override
  public void remove() {
    apply(NftRules.remove());
    Routes.remove();
  }

  /** Only where there are any, and nft. */
  static void removeRules() {
    Commands.Said tables = Commands.run(List.of("nft", "list", "tables"));
    if (tables.well() && tables.text().lines().anyMatch(("table " + NftRules.TABLE)::equals)) {
      apply(NftRules.remove());
    }
  }

  @Override
  public Optional<ShownRules> show() {
    Commands.Said tables = Commands.run(List.of("nft", "list", "tables"));
    if (!tables.well()) {
      throw new CaptureFailure("nft does not tell its tables: " + tables.text() + "; run as root");
    }
    if (tables.text().lines().noneMatch(("table " + NftRules.TABLE)::equals)) {
      return Optional.empty();
    }
    Commands.Said said = Commands.run(List.of("nft", "list", "table", "inet", "herald"));
    if (!said.well()) {
      throw new CaptureFailure("nft does not tell its rules: " + said.text());
    }
    return Optional.of(ShownRules.ofNft(said.text()));
  }

  private static void apply(String rules) {
    Commands.Said said = Commands.run(List.of("nft", "-f", "-"), rules);
    if (!said.well()) {
      throw new CaptureFailure("nft refused the rules, nothing was changed: " + said.text());
    }
  }
}
