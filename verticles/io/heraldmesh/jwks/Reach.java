package io.heraldmesh.jwks;

import java.net.InetAddress;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Whom a node may ask for keys, and whom it believes.
 *
 * @param allowLoopback whether 127.0.0.0/8 and ::1 may be asked; for tests, demonstrations and
 *     issuers on the same machine
 * @param blocked further addresses that must not be asked, such as private ranges
 * @param roots PEM certificates whose issuers' servers are trusted; null: none of our own
 * @param systemRoots whether the JDK's own roots are trusted as well
 * @param serverRoots by {@code host} or {@code host:port} in lower case: the PEM certificates that
 *     alone are trusted for that server
 */
public record Reach(
    boolean allowLoopback,
    Predicate<InetAddress> blocked,
    @Nullable String roots,
    boolean systemRoots,
    Map<String, String> serverRoots) {

  /** Any public or private address, under the JDK's roots. */
  public static final Reach DEFAULT = new Reach(false, address -> false, null, true, Map.of());

  public Reach {
    serverRoots = Map.copyOf(serverRoots);
  }
}
