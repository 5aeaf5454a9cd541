package io.heraldmesh.capture;

import java.util.List;
import java.util.Optional;

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
   * @throws CaptureFailure when the system refuses; nothing is left half done
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
  Optional<String> show();

  static PacketFilter nft() {
    return new NftFilter();
  }

  static PacketFilter iptables() {
    return new IptablesFilter();
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
    Commands.Said iptables = Commands.run(List.of("iptables", "-w", "-t", "nat", "-S", "OUTPUT"));
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
