package io.heraldmesh.bus;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What travels about join tokens: see {@link AdminService}. */
public final class AdminTokens {
  private AdminTokens() {}

  /**
   * @param node the name that the node gets; not that of a control node
   * @param role {@code node}, {@code ca}, {@code config}, {@code admin} or {@code operator}
   * @param workloads {@code namespace/serviceAccount} of what it may run, at most 1,000; only for
   *     role {@code node}
   * @param addresses where it may be reached besides where it is attached from, each as {@link
   *     AdvertisedAddress#parse} reads it, at most 100; only for role {@code node}
   * @param lifetime 1 minute to 24 hours
   */
  public record CreateToken(
      String node, String role, List<String> workloads, List<String> addresses, Duration lifetime) {
    public CreateToken {
      workloads = List.copyOf(workloads);
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * @param id names the token in lists and for revoking; tells nothing about it
   * @param token the secret; shown this once
   * @param pin SHA-256 of the root, lower-case hex, that whoever joins must find
   */
  public record CreatedToken(String id, String token, String pin, Instant expiresAt) {

    /** Without the secret. */
    @Override
    public String toString() {
      return "CreatedToken[" + id + "]";
    }
  }

  /**
   * @param after {@link TokenPage#next} of the page before; null: from the first
   * @param most 1 to {@link AdminService#PAGE}
   */
  public record TokensRequest(@Nullable String after, int most) {}

  /**
   * Oldest first.
   *
   * @param next to go on after; null: this is the end
   */
  public record TokenPage(List<Token> tokens, @Nullable String next) {
    public TokenPage {
      tokens = List.copyOf(tokens);
    }
  }

  /** How far a token got. */
  public enum State {
    UNUSED,
    USED,
    EXPIRED
  }

  /**
   * Never with its secret.
   *
   * @param usedBy fingerprint of the key that used it; null: nobody has
   */
  public record Token(
      String id,
      String node,
      String role,
      List<String> workloads,
      List<String> addresses,
      State state,
      String createdBy,
      Instant createdAt,
      Instant expiresAt,
      @Nullable String usedBy,
      @Nullable Instant usedAt) {
    public Token {
      workloads = List.copyOf(workloads);
      addresses = List.copyOf(addresses);
    }
  }

  /** Takes back a token that nobody has used. */
  public record RevokeToken(String id) {}

  /**
   * @param revoked false: there was nothing to take back
   */
  public record Revoked(boolean revoked) {}
}
