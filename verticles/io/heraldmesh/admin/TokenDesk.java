package io.heraldmesh.admin;

import io.heraldmesh.bus.AdminCaller;
import io.heraldmesh.bus.AdminTokens.CreateToken;
import io.heraldmesh.bus.AdminTokens.CreatedToken;
import io.heraldmesh.bus.AdminTokens.State;
import io.heraldmesh.bus.AdminTokens.Token;
import io.heraldmesh.bus.AdminTokens.TokenPage;
import io.heraldmesh.bus.AdvertisedAddress;
import io.heraldmesh.store.JoinToken;
import io.heraldmesh.store.JoinTokens;
import io.heraldmesh.store.TokenSecret;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Join tokens as operators see them: by an id, which is the beginning of their hash. Blocks for the
 * database.
 *
 * @param pin SHA-256 of the root in force, lower-case hex
 */
record TokenDesk(
    JoinTokens tokens,
    AuditTrail audit,
    InstantSource clock,
    SecureRandom random,
    Supplier<String> pin) {
  private static final int ID = 16;

  CreatedToken create(AdminCaller caller, CreateToken request) {
    TokenSecret secret = TokenSecret.random(random);
    Instant now = clock.instant();
    JoinToken token =
        new JoinToken(
            secret.hash(),
            request.node(),
            request.role(),
            new HashSet<>(request.workloads()),
            addresses(request),
            caller.name(),
            now,
            now.plus(request.lifetime()),
            null);
    tokens.create(
        token,
        audit.done(
            caller,
            AdminRights.TOKENS_CREATE,
            request.role() + " " + request.node(),
            "token " + id(token) + " for " + given(token)));
    return new CreatedToken(id(token), secret.reveal(), pin.get(), token.expiresAt());
  }

  /** As they are compared, so that one that is written in two ways is one. */
  private static Set<String> addresses(CreateToken request) {
    return request.addresses().stream()
        .map(address -> AdvertisedAddress.parse(address).toString())
        .collect(Collectors.toSet());
  }

  private static String given(JoinToken token) {
    String workloads = String.join(" ", token.workloads());
    return token.addresses().isEmpty()
        ? workloads
        : workloads + " at " + String.join(" ", token.addresses());
  }

  TokenPage list(@Nullable String after, int most) {
    List<Token> left =
        tokens.all().stream()
            .map(this::shown)
            .filter(token -> after == null || key(token).compareTo(after) > 0)
            .limit(most + 1L)
            .toList();
    boolean more = left.size() > most;
    List<Token> page = more ? left.subList(0, most) : left;
    return new TokenPage(page, more ? key(page.getLast()) : null);
  }

  /** Where a token stands in the order of all, also after it was taken back. */
  private static String key(Token token) {
    return "%015d %s".formatted(token.createdAt().toEpochMilli(), token.id());
  }

  boolean revoke(AdminCaller caller, String id) {
    Optional<JoinToken> known =
        tokens.all().stream().filter(token -> id(token).equals(id)).findFirst();
    return known
        .filter(
            token ->
                tokens.revoke(
                    token.hash(),
                    audit.done(
                        caller,
                        AdminRights.TOKENS_REVOKE,
                        token.role() + " " + token.node(),
                        "token " + id)))
        .isPresent();
  }

  private Token shown(JoinToken token) {
    JoinToken.@Nullable Use use = token.use();
    return new Token(
        id(token),
        token.node(),
        token.role(),
        List.copyOf(token.workloads()),
        List.copyOf(token.addresses()),
        use != null
            ? State.USED
            : clock.instant().isBefore(token.expiresAt()) ? State.UNUSED : State.EXPIRED,
        token.createdBy(),
        token.createdAt(),
        token.expiresAt(),
        use == null ? null : use.key(),
        use == null ? null : use.at());
  }

  private static String id(JoinToken token) {
    return token.hash().substring(0, ID);
  }
}
