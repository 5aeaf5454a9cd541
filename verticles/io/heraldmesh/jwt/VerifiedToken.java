package io.heraldmesh.jwt;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A token that passed every check of one {@link JwtRule}.
 *
 * @param claims the payload; values are String, Long, Double, Boolean, List, Map or null,
 *     immutable. A whole number outside the range of a long is a Double
 * @param payload the payload as it stands in the token: base64url, unpadded
 */
public record VerifiedToken(
    JwtRule rule,
    String issuer,
    @Nullable String subject,
    List<String> audiences,
    Map<String, @Nullable Object> claims,
    String payload) {

  /** {@code iss/sub}, or null when there is no subject. */
  public @Nullable String principal() {
    return subject == null ? null : issuer + "/" + subject;
  }

  /**
   * The texts that policies compare a claim with: a string, or the strings of a list. {@code
   * scope}, {@code permission} and the rule's {@code spaceDelimitedClaims} are lists of words.
   * Empty when the claim is absent or of another type.
   *
   * @param path names from the outermost claim inwards, as in {@code request.auth.claims[a][b]}
   */
  public List<String> texts(List<String> path) {
    Object claim = claim(path);
    if (claim instanceof String text) {
      return isListOfWords(path) ? words(text) : List.of(text);
    }
    return claim instanceof List<?> list
        ? list.stream().filter(String.class::isInstance).map(String.class::cast).toList()
        : List.of();
  }

  /**
   * The value that {@code outputClaimToHeaders} sends for a claim: strings as they are, booleans,
   * and numbers, whole ones without decimals. Null when the claim is absent, is a list, an object
   * or null, or cannot stand in a header (anything but printable ASCII: a line break would forge
   * headers).
   *
   * @param claim a claim of this very name, or else a path with dots
   */
  public @Nullable String headerValue(String claim) {
    Object value =
        claims.containsKey(claim) ? claims.get(claim) : claim(List.of(claim.split("\\.", -1)));
    return switch (value) {
      case String text -> isPrintable(text) ? text : null;
      case Boolean truth -> truth.toString();
      case Long whole -> whole.toString();
      case Double number -> decimal(number);
      case null, default -> null;
    };
  }

  /** Names whose, says nothing of what. */
  @Override
  public String toString() {
    return "VerifiedToken[" + Printable.text(issuer) + "]";
  }

  private @Nullable Object claim(List<String> path) {
    Object value = claims;
    for (String name : path) {
      if (!(value instanceof Map<?, ?> members)) {
        return null;
      }
      value = members.get(name);
    }
    return value;
  }

  /** Whether {@code spaceDelimitedClaims} names it; a nested claim by a path with dots. */
  private boolean isListOfWords(List<String> path) {
    String name = path.getFirst();
    return path.size() == 1 && (name.equals("scope") || name.equals("permission"))
        || !rule.spaceDelimitedClaims().isEmpty()
            && rule.spaceDelimitedClaims().contains(String.join(".", path));
  }

  private static List<String> words(String text) {
    return Stream.of(text.split(" ", -1)).filter(word -> !word.isEmpty()).toList();
  }

  private static String decimal(double number) {
    return new BigDecimal(Double.toString(number)).stripTrailingZeros().toPlainString();
  }

  private static boolean isPrintable(String text) {
    return text.chars().allMatch(c -> c >= ' ' && c <= '~');
  }
}
