package io.heraldmesh.jwt;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Finds the tokens of a request, wherever a rule looks for them. Every one that is found must be
 * valid, so everything at such a place counts as a token, however it looks. Immutable; thread-safe.
 *
 * <p>A header is searched for its prefix; what follows it, without white space around, is the
 * token. Each value of a header, each parameter and each cookie of the name is one token. A header
 * without the prefix holds none.
 */
public final class TokenExtractor {
  private static final TokenLocation BEARER =
      new TokenLocation.Header("authorization", "Bearer ", true);
  private static final TokenLocation ACCESS_TOKEN = new TokenLocation.Param("access_token");

  private final Map<TokenLocation, List<JwtRule>> owners;

  public TokenExtractor(List<JwtRule> rules) {
    Map<TokenLocation, List<JwtRule>> found = new LinkedHashMap<>();
    for (JwtRule rule : rules) {
      for (TokenLocation location : locations(rule)) {
        found.computeIfAbsent(location, l -> new ArrayList<>()).add(rule);
      }
    }
    found.replaceAll((location, sharing) -> List.copyOf(sharing));
    this.owners = found;
  }

  /** All tokens of a request; the same text at the same place is told once. */
  public List<FoundToken> find(TokenCarrier request) {
    List<FoundToken> found = new ArrayList<>(1);
    for (Map.Entry<TokenLocation, List<JwtRule>> owner : owners.entrySet()) {
      for (String token : new LinkedHashSet<>(at(owner.getKey(), request))) {
        found.add(new FoundToken(token, owner.getKey(), owner.getValue()));
      }
    }
    return found;
  }

  private static Set<TokenLocation> locations(JwtRule rule) {
    Set<TokenLocation> locations = new LinkedHashSet<>();
    for (JwtRule.HeaderLocation header : rule.fromHeaders()) {
      locations.add(location(header));
    }
    rule.fromParams().forEach(name -> locations.add(new TokenLocation.Param(name)));
    rule.fromCookies().forEach(name -> locations.add(new TokenLocation.Cookie(name)));
    if (locations.isEmpty()) {
      locations.add(BEARER);
      locations.add(ACCESS_TOKEN);
    }
    return locations;
  }

  private static TokenLocation location(JwtRule.HeaderLocation header) {
    TokenLocation.Header location =
        new TokenLocation.Header(header.name().toLowerCase(Locale.ROOT), header.prefix(), false);
    return location.name().equals("authorization") && location.prefix().equals("Bearer ")
        ? BEARER
        : location;
  }

  private static List<String> at(TokenLocation location, TokenCarrier request) {
    return switch (location) {
      case TokenLocation.Header header -> inHeader(header, request);
      case TokenLocation.Param param -> QueryString.values(request.query(), param.name());
      case TokenLocation.Cookie cookie -> inCookies(cookie.name(), request);
    };
  }

  private static List<String> inHeader(TokenLocation.Header header, TokenCarrier request) {
    List<String> tokens = new ArrayList<>(1);
    for (String value : request.headerValues(header.name())) {
      int start = indexOf(value, header.prefix(), header.ignoreCase());
      if (start >= 0) {
        tokens.add(trim(value.substring(start + header.prefix().length())));
      }
    }
    return tokens;
  }

  private static int indexOf(String value, String prefix, boolean ignoreCase) {
    if (!ignoreCase) {
      return value.indexOf(prefix);
    }
    for (int i = 0; i + prefix.length() <= value.length(); i++) {
      if (value.regionMatches(true, i, prefix, 0, prefix.length())) {
        return i;
      }
    }
    return -1;
  }

  private static List<String> inCookies(String name, TokenCarrier request) {
    List<String> tokens = new ArrayList<>(1);
    for (String header : request.headerValues("cookie")) {
      for (String pair : header.split(";", -1)) {
        int equals = pair.indexOf('=');
        if (equals >= 0 && trim(pair.substring(0, equals)).equals(name)) {
          tokens.add(unquote(trim(pair.substring(equals + 1))));
        }
      }
    }
    return tokens;
  }

  /** RFC 6265 section 4.1.1 lets a cookie's value stand in double quotes. */
  private static String unquote(String value) {
    return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
        ? value.substring(1, value.length() - 1)
        : value;
  }

  /** Takes off spaces and tabs only (RFC 9110 section 5.6.3). */
  private static String trim(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isBlank(text.charAt(start))) {
      start++;
    }
    while (end > start && isBlank(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
