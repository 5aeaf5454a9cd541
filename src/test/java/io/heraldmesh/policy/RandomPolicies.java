package io.heraldmesh.policy;

import io.heraldmesh.identity.SpiffeId;
import io.heraldmesh.jwt.JwtRule;
import io.heraldmesh.jwt.KeySource;
import io.heraldmesh.jwt.VerifiedToken;
import io.heraldmesh.policy.AuthorizationPolicy.Action;
import io.heraldmesh.policy.Condition.AddressAttribute;
import io.heraldmesh.policy.Condition.TextAttribute;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Policies and calls out of a small world, so that patterns and values meet often: every field,
 * every kind of pattern, negatives, several sources and operations. The same seed, the same world.
 */
final class RandomPolicies {
  private static final List<String> HOSTS =
      List.of(
          "a.test", "b.test", "x.a.test", "A.Test.", "a.test:80", "b.test:8080", "[::1]:80", "");
  private static final List<String> PATHS =
      List.of("/", "/a", "/a/", "/a/b", "/a/b/c", "/b/a", "/admin", "/a/..%2fb", "/ab");
  private static final List<String> PRINCIPALS =
      List.of(
          "mesh.test/ns/a/sa/x",
          "mesh.test/ns/a/sa/xy",
          "mesh.test/ns/ab/sa/x",
          "old.test/ns/a/sa/x",
          "old.test/ns/b/sa/y");
  private static final List<String> BLOCKS =
      List.of("10.0.0.1", "10.0.0.0/8", "0.0.0.0/0", "10.0.0.0/31", "::/0", "2001:db8::/33");
  private static final List<String> ADDRESSES =
      List.of("10.0.0.1", "10.0.0.0", "11.0.0.1", "2001:db8::1", "::ffff:10.0.0.1");
  private static final List<String> NAMES = List.of("a", "ab", "b", "");

  private final Random random;

  RandomPolicies(long seed) {
    this.random = new Random(seed);
  }

  List<AuthorizationPolicy> policies() {
    List<AuthorizationPolicy> policies = new ArrayList<>();
    int count = random.nextInt(6);
    for (int i = 0; i < count; i++) {
      Action action = one(List.of(Action.values()));
      boolean dryRun = random.nextInt(5) == 0;
      policies.add(
          new AuthorizationPolicy("a", "p" + i, action, dryRun, upTo(12, this::rule), "none"));
    }
    return policies;
  }

  Rule rule() {
    return new Rule(
        upTo(2, this::source), upTo(2, this::operation), upTo(random.nextInt(3), this::condition));
  }

  Connection connection() {
    boolean mutual = random.nextInt(4) > 0;
    return new Connection(
        mutual ? Connection.Tls.MUTUAL : Connection.Tls.NONE,
        mutual ? SpiffeId.parse("spiffe://" + one(PRINCIPALS)) : null,
        InetAddress.ofLiteral(one(ADDRESSES)),
        InetAddress.ofLiteral(one(ADDRESSES)),
        InetAddress.ofLiteral(one(ADDRESSES)),
        random.nextBoolean() ? 80 : 8080,
        random.nextBoolean() ? null : one(HOSTS));
  }

  Requests request() {
    Requests request = Requests.get(one(PATHS)).host(one(HOSTS)).method(one(List.of("GET", "PUT")));
    for (int i = random.nextInt(3); i > 0; i--) {
      request = request.header("x-a", one(NAMES));
    }
    return request;
  }

  List<VerifiedToken> tokens() {
    return upTo(2, this::token);
  }

  private VerifiedToken token() {
    String issuer = one(List.of("https://a", "https://a/b", "b"));
    String subject = random.nextInt(5) == 0 ? null : one(NAMES);
    JwtRule rule =
        new JwtRule(
            issuer,
            List.of(),
            new KeySource.Discovered(issuer),
            List.of(),
            List.of(),
            List.of(),
            false,
            null,
            List.of(),
            Set.of());
    Map<String, @Nullable Object> claims = Map.of("c", one(NAMES), "l", List.of(one(NAMES), "z"));
    return new VerifiedToken(rule, issuer, subject, List.of(one(NAMES)), claims, "");
  }

  private Source source() {
    return new Source(
        text(PRINCIPALS, TextMatch::of),
        text(List.of("https://a/ab", "https://a/b/a", "b/b", "b"), TextMatch::of),
        text(NAMES, TextMatch::ofNamespace),
        text(List.of("a/x", "a/xy", "b/y"), TextMatch.Exact::new),
        text(List.of("mesh.test", "old.test"), TextMatch::of),
        addresses(),
        addresses());
  }

  private Operation operation() {
    return new Operation(
        text(HOSTS, TextMatch::of),
        random.nextInt(4) == 0 ? new PortField(List.of(80), List.of()) : PortField.ANY,
        text(List.of("GET", "PUT", "POST"), TextMatch::of),
        text(PATHS, TextMatch::ofPath));
  }

  private Condition condition() {
    TextField names = text(NAMES, TextMatch::of);
    return switch (random.nextInt(5)) {
      case 0 -> new Condition.HeaderCondition("X-A", names);
      case 1 -> new Condition.ClaimCondition(List.of(one(List.of("c", "l", "n"))), names);
      case 2 ->
          new Condition.AddressCondition(one(List.of(AddressAttribute.values())), addresses());
      case 3 -> new Condition.PortCondition(new PortField(List.of(), List.of(80)));
      default -> {
        TextAttribute attribute = one(List.of(TextAttribute.values()));
        List<String> of =
            switch (attribute) {
              case SOURCE_PRINCIPAL -> PRINCIPALS;
              case REQUEST_PRINCIPAL -> List.of("https://a/ab", "b/b");
              case CONNECTION_SNI -> HOSTS;
              default -> NAMES;
            };
        yield new Condition.TextCondition(attribute, text(of, TextMatch::of));
      }
    };
  }

  private AddressField addresses() {
    return random.nextInt(4) > 0
        ? AddressField.ANY
        : new AddressField(upTo(2, () -> one(BLOCKS)), upTo(1, () -> one(BLOCKS)));
  }

  /** Mostly not written; else up to two patterns, and seldom negative ones. */
  private TextField text(List<String> values, Function<String, TextMatch> read) {
    if (random.nextInt(3) > 0) {
      return TextField.ANY;
    }
    List<TextMatch> in = upTo(2, () -> read.apply(pattern(one(values))));
    List<TextMatch> notIn =
        random.nextInt(4) == 0 ? upTo(1, () -> read.apply(pattern(one(values)))) : List.of();
    return new TextField(in, notIn);
  }

  private String pattern(String value) {
    int cut = random.nextInt(value.length() + 1);
    return switch (random.nextInt(8)) {
      case 0 -> "*";
      case 1, 2 -> value.substring(0, cut) + "*";
      case 3 -> "*" + value.substring(cut);
      case 4 -> value.equals("/a/b") ? "/a/{*}" : value.equals("/a") ? "/a/{**}" : value;
      default -> value;
    };
  }

  private <T> List<T> upTo(int most, Supplier<T> supplier) {
    List<T> list = new ArrayList<>();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      list.add(supplier.get());
    }
    return list;
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
