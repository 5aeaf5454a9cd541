package io.heraldmesh.capture;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Where rules are put: nftables, or iptables where only that is. Needs CAP_NET_ADMIN. Blocks; not
 * for event loops.
 */
public sealed interface PacketFilter permits NftFilter, IptablesFilter {

  /** What {@link #install} would do, as text that the system's own tool takes. */
  String plan(CaptureSettings settings);

  /**
   * Puts the rules there in place of those that were there. Twice is as once.
   *
   * @throws CaptureFailure when the system refuses; nothing is left half done, and what was in
   *     force still is, unless the message says that nothing is
   */
  void install(CaptureSettings settings);

  /**
   * Takes away all that {@link #install} put there, also half of it. Nothing there is no error.
   *
   * @throws CaptureFailure when the system refuses
   */
  void remove();

  /**
   * The rules in force, as the system shows them; empty: none of Herald's.
   *
   * @throws CaptureFailure when the system does not tell
   */
  Optional<ShownRules> show();

  /**
   * For whatever is not just {@link #plan}.
   *
   * @throws CaptureFailure when this process may not read and change the rules
   */
  static void mustBeAllowed() {
    if (!Commands.mayChangeTheNetwork()) {
      throw new CaptureFailure(
          "capture is about the rules of the whole machine: run it as root, or with CAP_NET_ADMIN");
    }
  }

  /** What the tool is called on the command line. */
  default String tool() {
    return switch (this) {
      case NftFilter nft -> "nft";
      case IptablesFilter iptables -> "iptables";
    };
  }

  static PacketFilter nft() {
    return new NftFilter();
  }

  static PacketFilter iptables() {
    return new IptablesFilter();
  }

  /**
   * Takes away what an install left, whoever keeps it.
   *
   * @throws CaptureFailure when there is neither tool, or one refuses
   */
  static void removeAll() {
    PacketFilter first = ofThisMachine();
    removeAllBut(first);
    first.remove();
  }

  /**
   * Takes away rules that an earlier install left with another tool.
   *
   * @throws CaptureFailure when it refuses
   */
  static void removeAllBut(PacketFilter kept) {
    if (kept instanceof NftFilter) {
      IptablesFilter.removeRules();
    } else {
      NftFilter.removeRules();
    }
  }

  /**
   * The filter that has Herald's rules; that of this machine where none has.
   *
   * @throws CaptureFailure as {@link #ofThisMachine}, or when the system does not tell
   */
  static PacketFilter inForce() {
    PacketFilter first = ofThisMachine();
    PacketFilter iptables = new IptablesFilter();
    return first.show().isEmpty() && iptables.show().isPresent() ? iptables : first;
  }

  /** The filter whose rules an install here would write, as far as anybody can tell who asks. */
  static PacketFilter forPlan() {
    return forPlan(tool -> Commands.run(List.of(tool, "--version")).code() >= 0);
  }

  /**
   * The same; nft where there is neither, or nobody but root has their folder in the path.
   *
   * @param there whether a tool can be started
   */
  static PacketFilter forPlan(Predicate<String> there) {
    return !there.test("nft") && there.test("iptables") ? new IptablesFilter() : new NftFilter();
  }

  /**
   * The filter of this machine.
   *
   * @throws CaptureFailure when there is neither, or this user may not change them
   */
  static PacketFilter ofThisMachine() {
    Commands.Said nft = Commands.run(List.of("nft", "list", "tables"));
    if (nft.well()) {
      return new NftFilter();
    }
    Commands.Said iptables = Commands.run(List.of("iptables-save"));
    if (iptables.well()) {
      return new IptablesFilter();
    }
    throw new CaptureFailure(
        "neither nft nor iptables works here ("
            + nft.text()
            + "; "
            + iptables.text()
            + "); install nftables, and run this as root");
  }
}
