package io.heraldmesh.policy;

import io.heraldmesh.jwt.VerifiedToken;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What rules read from a token's claims: text, and lists of text. */
final class Claims {
  /** Always read as lists of words; {@code spaceDelimitedClaims} adds to them. */
  private static final Set<String> WORDS = Set.of("scope", "permission");

  private Claims() {}

  /** The texts at {@code path}; none when the claim is absent or neither text nor a list. */
  static List<String> texts(@Nullable VerifiedToken token, List<String> path) {
    if (token == null) {
      return List.of();
    }
    Object value = token.claims();
    for (String name : path) {
      value = value instanceof Map<?, ?> map ? map.get(name) : null;
    }
    if (value instanceof String text) {
      return splits(token, path) ? words(text) : List.of(text);
    }
    return value instanceof List<?> list ? texts(list) : List.of();
  }

  private static boolean splits(VerifiedToken token, List<String> path) {
    String name = path.getFirst();
    return path.size() == 1
        && (WORDS.contains(name) || token.rule().spaceDelimitedClaims().contains(name));
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.split(" ", -1)).filter(word -> !word.isEmpty()).toList();
  }

  private static List<String> texts(List<?> list) {
    List<String> texts = new ArrayList<>(list.size());
    for (Object member : list) {
      if (member instanceof String text) {
        texts.add(text);
      }
    }
    return texts;
  }
}
