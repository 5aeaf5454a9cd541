package io.heraldmesh.conformance.envoy;

import io.heraldmesh.conformance.OfflineCall;
import io.heraldmesh.conformance.envoy.Vocabulary.Kind;
import io.heraldmesh.identity.InvalidIdentity;
import io.heraldmesh.identity.SpiffeId;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Random calls, most of whose values come from the patterns of the policies: what a pattern
 * matches, what it nearly matches, and now and then anything. The same seed gives the same calls,
 * but for the signatures of their tokens.
 */
final class RandomCalls {
  private static final int TOKENS = 40;

  private final Vocabulary words;
  private final List<String> trustDomains;
  private final boolean tcp;
  private final Random random;
  private final List<Map<String, Object>> claims = new ArrayList<>();
  private final List<String> tokens = new ArrayList<>();

  /**
   * @param trustDomains of the mesh: a caller of another is refused before any policy
   */
  RandomCalls(Vocabulary words, List<String> trustDomains, boolean tcp, long seed) {
    this.words = words;
    this.trustDomains = trustDomains;
    this.tcp = tcp;
    this.random = new Random(seed);
    for (int i = 0; i < TOKENS; i++) {
      claims.add(claims());
    }
  }

  /** Every issuer that a token may name. */
  List<String> issuers() {
    return claims.stream().map(c -> String.valueOf(c.get("iss"))).distinct().toList();
  }

  void sign(Tokens signer) {
    claims.forEach(c -> tokens.add(signer.sign(c)));
  }

  Call next() {
    int without = words.asksForTokens() ? 4 : 1;
    int token = tcp || random.nextInt(without) == 0 ? -1 : random.nextInt(claims.size());
    return new Call(
        random.nextInt(6) == 0 ? null : peer(),
        new OfflineCall.Addresses(
            address(Kind.SOURCE_IP), address(Kind.REMOTE_IP), address(Kind.DESTINATION_IP)),
        port(),
        random.nextInt(4) == 0 ? null : value(Kind.SNI, "x.example"),
        tcp ? null : http(),
        token < 0 ? null : claims.get(token),
        token < 0 ? null : tokens.get(token));
  }

  private SpiffeId peer() {
    String domain = pick(trustDomains);
    String principal = value(Kind.PRINCIPAL, "cluster.local/ns/a/sa/b");
    String[] parts = principal.split("/", -1);
    String namespace = value(Kind.NAMESPACE, "ns-x");
    String account = parts.length == 1 ? parts[0] : "sa-x";
    if (parts.length == 5) {
      namespace = parts[2];
      account = parts[4];
      domain = trustDomains.contains(parts[0]) && random.nextInt(3) > 0 ? parts[0] : domain;
    }
    if (!words.of(Kind.ACCOUNT).isEmpty() && random.nextInt(3) > 0) {
      String[] named = value(Kind.ACCOUNT, "foo/x").split("/", -1);
      namespace = named.length == 2 ? named[0] : "foo";
      account = named[named.length - 1];
    } else if (random.nextInt(5) == 0) {
      namespace = value(Kind.NAMESPACE, "ns-x");
    }
    try {
      return SpiffeId.parse("spiffe://" + domain + "/ns/" + namespace + "/sa/" + account);
    } catch (InvalidIdentity e) {
      return SpiffeId.parse("spiffe://" + domain + "/ns/plain/sa/plain");
    }
  }

  private Call.Http http() {
    List<String> header = new ArrayList<>();
    for (int i = random.nextInt(4) - 1; i > 0; i--) {
      header.add(value(Kind.HEADER, "some"));
    }
    String path = value(Kind.PATH, "/some/path");
    // A name without empty labels: others are refused before any policy.
    String host =
        value(Kind.HOST, "host.example").replaceAll("[^A-Za-z0-9.-]|^\\.+|\\.+(?=\\.)", "");
    String method =
        value(Kind.METHOD, pick(List.of("GET", "POST", "PUT")))
            .toUpperCase(Locale.ROOT)
            .replaceAll("[^A-Z0-9-]", "");
    return new Call.Http(
        method.isEmpty() ? "GET" : method,
        path.startsWith("/") ? path : "/" + path,
        random.nextInt(4) == 0 ? "?q=/exact" : "",
        (host.isEmpty() ? "h" : host) + pick(List.of("", "", ":80", ":8443")),
        words.headers(),
        header);
  }

  private Map<String, Object> claims() {
    Map<String, Object> token = new LinkedHashMap<>();
    String principal = value(Kind.REQUEST_PRINCIPAL, "issuer/sub");
    int slash = principal.lastIndexOf('/');
    boolean suffix = slash < 0 && random.nextBoolean();
    String issuer = slash > 0 ? principal.substring(0, slash) : suffix ? "some-iss" : principal;
    if (!words.of(Kind.ISSUER).isEmpty() && random.nextInt(3) == 0) {
      issuer = value(Kind.ISSUER, "iss");
    }
    token.put("iss", issuer.isEmpty() ? "iss" : issuer);
    if (random.nextInt(8) > 0) {
      token.put(
          "sub", slash > 0 ? principal.substring(slash + 1) : suffix ? principal : "some-sub");
    }
    put(token, "aud", Kind.AUDIENCE, true);
    put(token, "azp", Kind.PRESENTER, false);
    Map<String, Object> inner = new LinkedHashMap<>();
    put(inner, "nested2", Kind.CLAIM, true);
    token.put("nested1", random.nextInt(8) == 0 ? "text" : inner);
    return token;
  }

  private void put(Map<String, Object> token, String name, Kind kind, boolean list) {
    int shape = random.nextInt(list ? 4 : 2);
    if (shape == 1) {
      token.put(name, value(kind, "some"));
    } else if (shape == 2) {
      token.put(name, List.of(value(kind, "some"), value(kind, "other")));
    } else if (shape == 3) {
      token.put(name, List.of(value(kind, "some")));
    }
  }

  private int port() {
    String port = value(Kind.PORT, "8080");
    return port.matches("\\d{1,4}") ? Math.max(1, Integer.parseInt(port)) : 8080;
  }

  private InetAddress address(Kind kind) {
    List<String> blocks = words.of(kind);
    if (blocks.isEmpty() || random.nextInt(6) == 0) {
      return InetAddress.ofLiteral("10.99." + random.nextInt(4) + "." + random.nextInt(255));
    }
    String[] block = pick(blocks).split("/", -1);
    int bits = block.length > 1 ? Integer.parseInt(block[1]) : 32;
    BigInteger network = new BigInteger(1, InetAddress.ofLiteral(block[0]).getAddress());
    BigInteger offset = new BigInteger(32 - bits, random);
    // One in six lies just outside of the block.
    BigInteger moved =
        random.nextInt(6) == 0 ? network.subtract(BigInteger.ONE) : network.or(offset);
    byte[] octets = new byte[4];
    byte[] raw = moved.toByteArray();
    for (int i = 0; i < 4 && i < raw.length; i++) {
      octets[3 - i] = raw[raw.length - 1 - i];
    }
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A text that a pattern of the kind matches, or nearly. */
  private String value(Kind kind, String otherwise) {
    List<String> patterns = words.of(kind);
    if (patterns.isEmpty() || random.nextInt(8) == 0) {
      return otherwise;
    }
    String text =
        pick(patterns)
            .replace("{**}", pick(List.of("", "a", "a/b")))
            .replace("{*}", pick(List.of("seg", "x.y")))
            .replace("*", pick(List.of("", "z", "mid", "a-b")));
    return switch (random.nextInt(10)) {
      case 0 -> text + "x";
      case 1 -> "x" + text;
      case 2 -> text.isEmpty() ? otherwise : text.substring(0, text.length() - 1);
      case 3 -> swapCase(text);
      default -> text.isEmpty() ? otherwise : text;
    };
  }

  private static String swapCase(String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    return upper.equals(text) ? text.toLowerCase(Locale.ROOT) : upper;
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** For reports: all of a call but its token. */
  static String shown(Call call) {
    return "%s %s port %d %s sni %s claims %s"
        .formatted(
            call.peer(), call.http(), call.port(), call.addresses(), call.sni(), call.claims());
  }
}
