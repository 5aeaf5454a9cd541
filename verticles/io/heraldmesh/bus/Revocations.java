package io.heraldmesh.bus;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Nodes that were revoked: what was made for such a name before its time is void, and until then
 * nothing is made for it. The time lies later than the revocation by what clocks may differ and
 * news may take, so that it does not matter which control node made what. Immutable; swapped whole.
 *
 * @param voidBefore by name, in whole seconds
 */
public record Revocations(Map<String, Instant> voidBefore) {
  public static final Revocations NONE = new Revocations(Map.of());

  public Revocations {
    voidBefore = Map.copyOf(voidBefore);
  }

  /** True: an identity of that name which is valid from {@code notBefore} on is void. */
  public boolean voids(String name, Instant notBefore) {
    return notBefore.isBefore(earliest(name));
  }

  /** From when on an identity of that name may be valid. */
  public Instant earliest(String name) {
    return voidBefore.getOrDefault(name, Instant.EPOCH);
  }

  /** Until when nothing is made for that name; empty: it may have what it is registered for. */
  public Optional<Instant> blocked(String name, Instant now) {
    return Optional.ofNullable(voidBefore.get(name)).filter(now::isBefore);
  }
}
