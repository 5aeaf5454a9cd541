package io.heraldmesh.conformance.envoy;

import com.google.re2j.Pattern;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Envoy's {@code config.rbac.v3} permissions and principals, evaluated on one call.
 *
 * <p>Where Herald means to differ, that meaning is written here and nowhere else, so that every
 * other difference shows:
 *
 * <ul>
 *   <li>the authority matches with its port and without it, whatever the pattern, and a dot at the
 *       end of the host does not matter ({@code docs/differences.md});
 *   <li>each value of a header is matched alone: any of them for {@code values}, and {@code
 *       notValues} holds when any is not listed; Envoy joins them with a comma;
 *   <li>methods are compared in capital letters, because the test data's are small and Herald
 *       refuses requests with such methods.
 * </ul>
 */
final class Rbac {
  private static final String TOKEN = "envoy.filters.http.jwt_authn";

  /** A path segment as Envoy's templates have it. */
  private static final String SEGMENT = "[a-zA-Z0-9\\-._~%!$&'()+,;:@=]";

  private final Call call;

  Rbac(Call call) {
    this.call = call;
  }

  /** Whether a policy, that is one rule of an AuthorizationPolicy, matches. */
  boolean policy(Object policy) {
    return Tree.list(policy, "permissions").stream().anyMatch(p -> holds(p, false))
        && Tree.list(policy, "principals").stream().anyMatch(p -> holds(p, false));
  }

  /**
   * One permission or principal.
   *
   * @param negated it stands below an odd number of negations
   */
  boolean holds(Object node, boolean negated) {
    Map.Entry<?, ?> entry = Tree.only(node);
    Object value = entry.getValue();
    return switch (entry.getKey().toString()) {
      case "any" -> Boolean.TRUE.equals(value);
      case "andRules" -> Tree.list(value, "rules").stream().allMatch(r -> holds(r, negated));
      case "orRules" -> Tree.list(value, "rules").stream().anyMatch(r -> holds(r, negated));
      case "andIds" -> Tree.list(value, "ids").stream().allMatch(r -> holds(r, negated));
      case "orIds" -> headers(value, negated);
      case "notRule", "notId" -> !holds(value, !negated);
      case "destinationPort" -> call.port() == Integer.parseInt(value.toString());
      case "destinationIp" -> within(value, call.addresses().destination());
      case "directRemoteIp" -> within(value, call.addresses().source());
      case "remoteIp" -> within(value, call.addresses().remote());
      case "requestedServerName" -> matches(value, call.sni() == null ? "" : call.sni());
      case "authenticated" -> principal(Tree.map(Tree.map(value).get("principalName")));
      case "filterState" -> filterState(value);
      case "urlPath" -> matches(Tree.map(value).get("path"), http().path());
      case "uriTemplate" -> template(value);
      case "header" -> header(value);
      case "metadata" -> metadata(value);
      default -> throw new IllegalArgumentException("not understood: " + entry.getKey());
    };
  }

  /** A list of header matchers is asked for each value of the header alone. */
  private boolean headers(Object node, boolean negated) {
    List<?> ids = Tree.list(node, "ids");
    boolean ofHeader = ids.stream().allMatch(id -> Tree.map(id).get("header") != null);
    if (!ofHeader) {
      return ids.stream().anyMatch(id -> holds(id, negated));
    }
    List<String> values = http().header();
    boolean present =
        ids.stream()
            .anyMatch(id -> Tree.map(Tree.map(id).get("header")).get("presentMatch") != null);
    if (values.isEmpty()) {
      return false;
    }
    return present
        || (negated
            ? values.stream().allMatch(value -> listed(ids, value))
            : values.stream().anyMatch(value -> listed(ids, value)));
  }

  private static boolean listed(List<?> ids, String value) {
    return ids.stream()
        .anyMatch(
            id -> matches(Tree.map(Tree.map(id).get("header")).get("stringMatch"), value.strip()));
  }

  private boolean header(Object node) {
    Map<?, ?> header = Tree.map(node);
    String name = Tree.text(node, "name").toLowerCase(Locale.ROOT);
    boolean present = Boolean.TRUE.equals(header.get("presentMatch"));
    Object matcher =
        header.get("stringMatch") != null
            ? header.get("stringMatch")
            : header.get("safeRegexMatch") != null
                ? Map.of("safeRegex", Tree.map(header.get("safeRegexMatch")))
                : Map.of();
    return switch (name) {
      case ":method" -> present || StringMatcher.matches(capitals(matcher), http().method());
      case ":authority" -> {
        String host = http().host().replaceFirst("\\.+(?=$|:)", "");
        yield present
            || matches(matcher, host)
            || matches(matcher, host.replaceFirst(":\\d*$", ""));
      }
      default -> http().header().stream().anyMatch(v -> present || matches(matcher, v.strip()));
    };
  }

  private static Map<?, ?> capitals(Object matcher) {
    Map.Entry<?, ?> entry = Tree.only(matcher);
    return Map.of(entry.getKey(), entry.getValue().toString().toUpperCase(Locale.ROOT));
  }

  private boolean principal(Map<?, ?> matcher) {
    return call.peer() != null && StringMatcher.matches(matcher, call.peer().toString());
  }

  /** The same identity under the name that newer proxies keep it by. */
  private boolean filterState(Object node) {
    if (!Tree.text(node, "key").equals("io.istio.peer_principal")) {
      throw new IllegalArgumentException("not understood: filter state " + node);
    }
    return principal(Tree.map(Tree.map(node).get("stringMatch")));
  }

  private boolean template(Object node) {
    String template = Tree.text(Tree.map(node).get("typedConfig"), "pathTemplate");
    StringBuilder regex = new StringBuilder();
    for (String part : template.split("(?<=/)|(?=/)", -1)) {
      regex.append(
          switch (part) {
            case "*" -> SEGMENT + "+";
            case "**" -> "(?:" + SEGMENT + "|/)*";
            default -> Pattern.quote(part);
          });
    }
    return Pattern.matches(regex.toString(), http().path());
  }

  private boolean metadata(Object node) {
    if (!Tree.text(node, "filter").equals(TOKEN)) {
      throw new IllegalArgumentException(
          "not understood: metadata of " + Tree.text(node, "filter"));
    }
    List<?> path = Tree.list(node, "path");
    if (!Tree.text(path.getFirst(), "key").equals("payload")) {
      throw new IllegalArgumentException("not understood: metadata path " + path);
    }
    Object value = call.claims();
    for (Object step : path.subList(1, path.size())) {
      value = value instanceof Map<?, ?> map ? map.get(Tree.text(step, "key")) : null;
    }
    return ValueMatcher.matches(Tree.map(node).get("value"), value);
  }

  private Call.Http http() {
    Call.Http http = call.http();
    if (http == null) {
      throw new IllegalArgumentException("not understood: an HTTP attribute on TCP");
    }
    return http;
  }

  private static boolean matches(@Nullable Object matcher, String text) {
    return matcher != null && StringMatcher.matches(Tree.map(matcher), text);
  }

  private static boolean within(Object block, InetAddress address) {
    byte[] network = InetAddress.ofLiteral(Tree.text(block, "addressPrefix")).getAddress();
    byte[] octets = address.getAddress();
    int bits = Integer.parseInt(Tree.text(block, "prefixLen"));
    int rest = network.length * 8 - bits;
    return network.length == octets.length
        && new BigInteger(1, network)
            .shiftRight(rest)
            .equals(new BigInteger(1, octets).shiftRight(rest));
  }
}
