package io.heraldmesh.bus;

import io.heraldmesh.identity.HeraldRole;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The authority's word that revisions of this epoch may be distributed, by whoever has the role
 * config. Without it nobody could follow a restored backup and refuse a distributor that just says
 * a higher epoch.
 *
 * @param epoch 1 or more
 */
public record EpochGrant(long epoch) {
  static final Statement<EpochGrant> STATEMENT =
      new Statement<>(
          "herald.node.epoch",
          "ca.epoch",
          EpochGrant.class,
          Set.of(HeraldRole.CA),
          HeraldRole.NODE,
          96 << 10);

  /** Malformed otherwise. */
  public EpochGrant {
    if (epoch < 1) {
      throw new IllegalArgumentException("epochs start at 1");
    }
  }

  /**
   * As it travels to nodes.
   *
   * @param authority signs as {@code spiffe://<td>/herald/ca/<name>}
   */
  public ByteString signed(SignedBus authority) {
    return authority.state(STATEMENT, this);
  }

  /**
   * @param statement null: none came
   * @throws BusException when the authority did not say so; the message is for the operator
   */
  static void require(SignedBus node, @Nullable ByteString statement, long epoch)
      throws BusException {
    if (statement == null) {
      throw new BusException(
          BusFailure.UNAUTHENTICATED,
          "epoch " + epoch + " is new here, and comes without the authority's word for it");
    }
    EpochGrant granted = node.believe(STATEMENT, statement);
    if (granted.epoch() != epoch) {
      throw new BusException(
          BusFailure.UNAUTHENTICATED,
          "epoch " + epoch + " comes with the authority's word for epoch " + granted.epoch());
    }
  }
}
