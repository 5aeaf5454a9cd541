package io.heraldmesh.bus;

import io.heraldmesh.identity.HeraldRole;
import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.jwt.KeySet;
import io.heraldmesh.jwt.KeySource;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The key sets of token issuers, which the control plane fetches once for the mesh. It answers for
 * sources that the mesh's resources name and for no others; failures are {@link BusException}s.
 */
public interface SharedKeysService {

  /**
   * Asks for the last good set of one source. Fails with {@link BusFailure#NOT_READY} when there is
   * none: no policy in force names the source, or its issuer was never reached; the message says
   * which.
   */
  Future<Shared> get(Wanted wanted);

  /**
   * @param source not {@link KeySource.Inline}
   * @param held digest of the set that the node has; null: none
   * @param keyMissed a token named a key that this set lacks: the issuer is asked again, unless
   *     that was done within half a minute
   */
  record Wanted(KeySource source, @Nullable String held, boolean keyMissed) {}

  /**
   * @param fetched when the set came from its issuer
   * @param keySet as it was received; null: it is what the node holds
   * @param problem what has kept the issuer from being asked since; null: nothing
   * @param again the issuer is asked again in so long on account of a missed key; null: it was
   *     asked for that, or not to be
   */
  record Shared(
      Instant fetched,
      @Nullable String keySet,
      @Nullable String problem,
      @Nullable Duration again) {}

  /** What the control plane does for a node whose identity was verified. */
  interface Server {

    /**
     * @see SharedKeysService#get
     */
    Future<Shared> get(SpiffeId node, Wanted wanted);
  }

  /** The control plane at the other end of {@code bus}. */
  static SharedKeysService over(SignedBus bus) {
    return wanted -> bus.call(Operations.GET, HeraldRole.CONFIG, wanted);
  }

  /** Offers {@code server} on {@code bus}; completes when it can be reached. */
  static Future<SignedBus.Registration> serve(SignedBus bus, Server server) {
    return bus.serve(SignedBus.on(Operations.GET, server::get));
  }

  /** What travels on which address. */
  final class Operations {
    static final String ADDRESS = "herald.keys";

    /** A set of the longest text, with every character escaped, in its envelope. */
    private static final int MOST_BYTES = 6 * KeySet.MAX_LENGTH + (2 << 20);

    static final Operation<Wanted, Shared> GET =
        new Operation<>(
            ADDRESS,
            "keys.get",
            Wanted.class,
            Shared.class,
            Set.of(HeraldRole.NODE),
            Set.of(HeraldRole.CONFIG),
            64 << 10,
            MOST_BYTES);

    private Operations() {}
  }
}
